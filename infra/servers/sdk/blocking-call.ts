import { opIdKey } from '../../../src/record/index.ts';
import type { ServerContext } from '../host/index.ts';
import type { Asking } from '../input/index.ts';
import { once } from '../keyed/index.ts';
import {
  type BasketReference,
  blockingConduct,
  type CallToolResult,
  callTool,
  type Tool,
  type ToolArguments,
} from '../tools/index.ts';

type Meta = Readonly<Record<string, unknown>> | undefined;
type Notify = Parameters<typeof blockingConduct>[1];

/** What a call is carried out with beside the server's own means; both SDKs have a `notify`. */
interface Caller {
  baskets: BasketReference;
  signal: AbortSignal;
  notify: Notify;
  /** Absent: the client cannot be asked. */
  asking?: Asking | undefined;
}

/** Carries a tool out for a client that waits for the answer: with progress on its stream, and once if the call has a key. */
export function callBlocking(
  tool: Tool,
  args: ToolArguments,
  meta: Meta,
  { baskets, signal, notify, asking }: Caller,
  context: ServerContext,
): Promise<CallToolResult> {
  const { store, keyed } = context;
  const conduct = blockingConduct(
    meta,
    noted(meta, notify, context),
    asking && answersNoted(meta, asking, context),
  );
  const means = { store, baskets, signal, conduct };
  return once(keyed, { tool: tool.name, arguments: args, meta, signal }, () =>
    callTool(tool, args, meta, means, context),
  );
}

/** The ledger has that an answer came, whatever it is. */
function answersNoted(meta: Meta, asking: Asking, { ledger }: ServerContext): Asking {
  const opId = meta?.[opIdKey];
  return {
    doneSteps: asking.doneSteps,
    async ask(key, question, steps) {
      const answer = await asking.ask(key, question, steps);
      if (answer !== undefined && typeof opId === 'string') ledger?.write({ event: 'answered', opId });
      return answer;
    },
  };
}

/**
 * The ledger has each progress event once it was sent: it stands in the event store by then, and was written to the stream
 * if somebody reads it. In an answer that is no stream nothing can be sent before the result.
 */
function noted(meta: Meta, notify: Notify, { config, ledger }: ServerContext): Notify {
  const opId = meta?.[opIdKey];
  return async (notification) => {
    if (config.jsonResponse) return;
    try {
      await notify(notification);
    } catch {
      // Nobody is there to be told: the client has closed the stream. That is no reason to fail.
      return;
    }
    const { progressToken, progress } = notification.params;
    if (typeof opId !== 'string') return;
    ledger?.write({ event: 'emitted', opId, stream: String(progressToken), number: progress });
  };
}
