import { runServer, type ServerContext } from '../../host/index.ts';
import { handleSchemas } from '../../sdk/schemas.ts';
import { openSessionV2 } from '../../sdk/v2.ts';
import { type SessionTransport, sessionApp } from '../../sessions/index.ts';
import { byHandle } from '../../tools/index.ts';

/** One `tools/call` as a broken server may tamper with it. */
interface Call {
  tool: string;
  /** The JSON-RPC message. */
  message: Record<string, unknown>;
  /** Carries it out soundly, under another JSON-RPC id if one is given. */
  pass(id?: string): Promise<Response>;
}

/** What is wrong with a server; everything else is as in the reference server. */
interface Breakage {
  /** Puts a wrong store or a wrong ledger into the server. */
  context?(sound: ServerContext): ServerContext;
  /** It is about streams: answers are some, and are not tampered with by `call`. */
  streams?: true;
  /** What a client is subscribed to that subscribes to this resource. */
  subscribe?(uri: string): string[];
  /** Stands between a call and the sound server. */
  call?(call: Call): Promise<Response>;
}

type ServerProcess = Parameters<typeof runServer>[0];

export async function runBroken(proc: ServerProcess, breakage: Breakage): Promise<void> {
  await runServer(proc, (sound) => {
    const context = breakage.context?.(sound) ?? sound;
    // As JSON, an answer can be tampered with as a whole.
    const jsonResponse = breakage.streams === undefined;
    return sessionApp({ ...context, config: { ...context.config, jsonResponse } }, async (given, id) => {
      const transport = await openSessionV2(given, id, byHandle, handleSchemas);
      const told = breakage.subscribe ? subscribing(transport, breakage.subscribe) : transport;
      return breakage.call ? tampered(told, breakage.call) : told;
    });
  });
}

function subscribing(
  sound: SessionTransport,
  subscribe: NonNullable<Breakage['subscribe']>,
): SessionTransport {
  return {
    ...sound,
    async handle(request) {
      if (request.method !== 'POST') return sound.handle(request);
      const message = (await request.clone().json()) as Record<string, unknown>;
      if (message.method !== 'resources/subscribe') return sound.handle(request);
      const { uri } = message.params as { uri: string };
      for (const other of subscribe(uri)) {
        if (other === uri) continue;
        const body = JSON.stringify({ ...message, id: `also ${other}`, params: { uri: other } });
        await (await sound.handle(new Request(request.clone(), { body }))).text();
      }
      return sound.handle(request);
    },
  };
}

function tampered(sound: SessionTransport, tamper: NonNullable<Breakage['call']>): SessionTransport {
  return {
    ...sound,
    async handle(request) {
      if (request.method !== 'POST') return sound.handle(request);
      const message = (await request.clone().json()) as Record<string, unknown>;
      if (message.method !== 'tools/call') return sound.handle(request);
      const { name } = message.params as { name: string };
      const pass = (id?: string) =>
        sound.handle(
          id === undefined ? request : new Request(request, { body: JSON.stringify({ ...message, id }) }),
        );
      return tamper({ tool: name, message, pass });
    },
  };
}
