import { CLIENT_CAPABILITIES_META_KEY, SUBSCRIPTION_ID_META_KEY } from '@modelcontextprotocol/server';
import type { TaskEngine, TaskRecord } from '../tasks/index.ts';
import { declaresTasks, missingCapability, requiredCapabilities, toDetailedTask } from './task-words.ts';

/** `notifications/tasks` over `subscriptions/listen` (SEP-2663), in front of the SDK, which has no such notifications. */

const internalError = -32603;
const streamsMax = 10_000;
/** A client may listen to so many tasks with one request. */
const taskIdsMax = 10_000;
const keepAliveMs = 15_000;
/** Frames that wait for a client that reads slowly; beyond, its stream is cut. */
const waitingMax = 10_000;

type Fetch = (request: Request) => Promise<Response>;
type Id = string | number;

/** What a subscription asks for, as far as it is about tasks. */
interface Listening {
  id: Id;
  taskIds: string[];
  declared: boolean;
}

/** @param sdk answers everything else, and says first what it has to say of a subscription: it checks the request. */
export function withTaskNotifications(sdk: Fetch, tasks: TaskEngine): { fetch: Fetch; close(): void } {
  const open = new Set<() => void>();
  return {
    async fetch(request) {
      if (request.method !== 'POST' || request.headers.get('mcp-method') !== 'subscriptions/listen') {
        return sdk(request);
      }
      const copy = request.clone();
      const response = await sdk(request);
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
      const listening = isStream ? listeningOf(await copy.json()) : undefined;
      if (!listening) return response;
      const { id, taskIds, declared } = listening;
      const refused = (status: number, code: number, message: string, data?: unknown) => {
        void response.body?.cancel();
        return Response.json({ jsonrpc: '2.0', id, error: { code, message, data } }, { status });
      };
      if (!declared) {
        return refused(400, missingCapability, 'Missing required client capability', requiredCapabilities);
      }
      if (open.size >= streamsMax) return refused(200, internalError, 'Subscription limit reached');
      if (taskIds.length > taskIdsMax)
        return refused(200, internalError, 'Too many tasks in one subscription');
      const known = await knownTasks(taskIds, tasks);
      const stream = taskStream(response, known, { id, tasks, signal: request.signal, open });
      return new Response(stream, { status: 200, headers: response.headers });
    },
    close() {
      for (const end of [...open]) end();
    },
  };
}

function listeningOf(message: unknown): Listening | undefined {
  const { id, params } = message as { id: Id; params: Record<string, Record<string, unknown>> };
  const taskIds = params.notifications?.taskIds;
  if (!Array.isArray(taskIds)) return undefined;
  return {
    id,
    taskIds: [...new Set(taskIds.filter((taskId) => typeof taskId === 'string'))],
    declared: declaresTasks(params._meta?.[CLIENT_CAPABILITIES_META_KEY]),
  };
}

async function knownTasks(taskIds: readonly string[], tasks: TaskEngine): Promise<string[]> {
  const found: string[] = [];
  for (const taskId of taskIds) if (await tasks.get(taskId)) found.push(taskId);
  return found;
}

interface StreamMeans {
  id: Id;
  tasks: TaskEngine;
  signal: AbortSignal;
  open: Set<() => void>;
}

/** The SDK's acknowledgement with the tasks put in; then what it sends, and each state of the tasks, the present one first. */
function taskStream(
  response: Response,
  known: readonly string[],
  { id, tasks, signal, open }: StreamMeans,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const reader = response.body?.pipeThrough(new TextDecoderStream()).pipeThrough(frames()).getReader();
  const endings: (() => void)[] = [];
  let closed = false;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const write = (frame: string) => {
        if (closed) return;
        controller.enqueue(encoder.encode(frame));
        if ((controller.desiredSize ?? 0) > -waitingMax) return;
        controller.error(new Error('the client does not read what it subscribed to'));
        close(false);
      };
      const send = (message: object) =>
        write(`event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`);
      const close = (graceful: boolean) => {
        if (closed) return;
        if (graceful)
          send({ id, result: { resultType: 'complete', _meta: { [SUBSCRIPTION_ID_META_KEY]: id } } });
        closed = true;
        for (const end of endings) end();
        void reader?.cancel();
        if (graceful) controller.close();
      };
      const end = () => close(true);
      const gone = () => close(false);
      open.add(end);
      const keepAlive = setInterval(() => write(': keepalive\n\n'), keepAliveMs);
      signal.addEventListener('abort', gone, { once: true });
      endings.push(
        () => open.delete(end),
        () => clearInterval(keepAlive),
        () => signal.removeEventListener('abort', gone),
      );
      const tell = (task: TaskRecord) => {
        const _meta = { [SUBSCRIPTION_ID_META_KEY]: id };
        send({ method: 'notifications/tasks', params: { ...toDetailedTask(task), _meta } });
      };
      void acknowledge(reader, known, write).then(() => {
        for (const taskId of known) endings.push(tasks.onChange(taskId, tell));
        if (closed) for (const ending of endings) ending();
      }, gone);
    },
    cancel() {
      closed = true;
      for (const end of endings) end();
      void reader?.cancel();
    },
  });
}

type Reader = ReadableStreamDefaultReader<string>;

/** Passes the SDK's stream on; its end only, which it comes to when there is nothing but tasks to hear of, is left out. */
async function acknowledge(
  reader: Reader | undefined,
  taskIds: readonly string[],
  write: (frame: string) => void,
): Promise<void> {
  const first = await reader?.read();
  const data = /^data: (.+)$/m.exec(first?.value ?? '')?.[1];
  if (data === undefined) throw new Error('no acknowledgement');
  const ack = JSON.parse(data) as { params: { notifications: object } };
  const params = { ...ack.params, notifications: { ...ack.params.notifications, taskIds } };
  write(`event: message\ndata: ${JSON.stringify({ ...ack, params })}\n\n`);
  void passOn(reader, write);
}

async function passOn(reader: Reader | undefined, write: (frame: string) => void): Promise<void> {
  for (;;) {
    const next = await reader?.read().catch(() => undefined);
    if (!next || next.done) return;
    if (!/^data: .*"result":/m.test(next.value)) write(next.value);
  }
}

/** Text cut behind each event of a stream. */
function frames(): TransformStream<string, string> {
  let rest = '';
  return new TransformStream({
    transform(chunk, controller) {
      const parts = (rest + chunk).split('\n\n');
      rest = parts.pop() ?? '';
      for (const part of parts) controller.enqueue(`${part}\n\n`);
    },
  });
}
