// A server of both revisions that makes a task of every call of `report`, and then says of it what no server should:
// each client that comes meets the next of `task-answers.ts`, which is written to its log. With HOSTILE_FLOOD streams
// tell of each task a million times.
import { chunk, pour, stream } from './answers.ts';
import { endWithHarness } from './end-with-harness.ts';
import { floods, type Misconduct, misconducts } from './task-answers.ts';
import { type Call, http, json, serve, sound, soundBody } from './wire-server.ts';

interface Made {
  misconduct: Misconduct;
  taskId: string;
  /** How often it was asked for. */
  polls: number;
  isOld: boolean;
}

const { HOSTILE_FLOOD } = process.env;
const all = Object.entries(HOSTILE_FLOOD ? floods : misconducts);
const events = HOSTILE_FLOOD ? 1_000_000 : 1;
const byClient = new Map<unknown, [string, Misconduct]>();
const tasks = new Map<unknown, Made>();
/** The last task of each session: its GET stream tells of that. */
const lastOf = new Map<string, Made>();

function drawnBy(client: unknown): [string, Misconduct] {
  const drawn = byClient.get(client) ?? all[byClient.size % all.length];
  if (drawn === undefined) throw new Error('there is no misconduct');
  byClient.set(client, drawn);
  return drawn;
}

function told({ misconduct, taskId, polls, isOld }: Made, isHandle: boolean): object {
  const { ttl = 60_000, interval = 50, handle = {}, state } = misconduct;
  const pace = isOld ? { ttl, pollInterval: interval } : { ttlMs: ttl, pollIntervalMs: interval };
  return { taskId, status: 'working', ...pace, ...(isHandle ? handle : state?.(polls)) };
}

function make(call: Call): void {
  const [name, misconduct] = drawnBy(call.args.client);
  process.stdout.write(`drew ${call.opId} ${name}\n`);
  if (misconduct.errs) {
    call.write(http(JSON.stringify({ jsonrpc: '2.0', id: call.id, error: misconduct.errs })));
    return;
  }
  const taskId = misconduct.id?.(tasks.size) ?? `${name}-${tasks.size}`;
  const made = { misconduct, taskId, polls: 0, isOld: call.session !== undefined };
  tasks.set(taskId, made);
  if (call.session !== undefined) lastOf.set(call.session, made);
  const task = told(made, true);
  call.write(http(soundBody(call.id, made.isOld ? { task } : { ...task, resultType: 'task' })));
}

function answer(call: Call, made: Made): void {
  const { misconduct } = made;
  if (misconduct.never?.includes(call.method)) return;
  if (misconduct.breaks?.includes(call.method)) {
    call.write(http('<h1>no</h1>', { status: '500 Internal Server Error' }));
  } else if (call.method === 'tasks/get') {
    made.polls += 1;
    call.write(http(soundBody(call.id, told(made, false))));
  } else call.write(http(soundBody(call.id)));
}

/** Tells of a task as often as there are events, as fast as it is taken. */
function tell(call: Call, made: Made | undefined): void {
  const begin = ({ write }: Call) => write(`${stream}transfer-encoding: chunked\r\n\r\n`);
  if (made === undefined) {
    begin(call);
    return;
  }
  const method = made.isOld ? 'notifications/tasks/status' : 'notifications/tasks';
  const event = { jsonrpc: '2.0', method, params: told({ ...made, polls: 1 }, false) };
  pour(begin, chunk(`data: ${JSON.stringify(event)}\n\n`), events)(call);
}

function listened({ params }: Call): Made | undefined {
  const { taskIds = [] } = (params.notifications ?? {}) as { taskIds?: unknown[] };
  return tasks.get(taskIds[0]);
}

endWithHarness();
const capabilities = { tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } } };
const serverInfo = { name: 'h', version: '1' };
let sessions = 0;
const { port } = await serve((call) => {
  const { method, id, write } = call;
  if (method === 'initialize') {
    sessions += 1;
    const body = soundBody(id, { protocolVersion: '2025-11-25', capabilities, serverInfo });
    write(http(body, { headers: `${json}mcp-session-id: s-${sessions}\r\n` }));
  } else if (method === 'tools/call') make(call);
  else if (method === 'GET') tell(call, lastOf.get(call.session ?? ''));
  else if (method === 'subscriptions/listen') tell(call, listened(call));
  else {
    const made = tasks.get(call.params.taskId);
    if (made) answer(call, made);
    else sound(call);
  }
});
process.stdout.write(`listening on http://127.0.0.1:${port}/mcp\n`);
