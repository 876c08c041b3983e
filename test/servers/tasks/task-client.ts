import { existsSync, readFileSync } from 'node:fs';
import type { LedgerEntry } from '../../../src/record/index.ts';
import { clientInfo, post, type RpcMessage, readAnswer } from '../wire.ts';

/** Tasks of 2026-07-28 over bare `fetch`. */

export const extension = 'io.modelcontextprotocol/tasks';
const revision = '2026-07-28';

export interface Task {
  taskId: string;
  status: string;
  ttlMs: number;
  pollIntervalMs: number;
  createdAt: string;
  lastUpdatedAt: string;
  resultType?: string;
  result?: { structuredContent?: unknown; isError?: boolean; content: unknown };
  error?: { code: number; message: string; data?: unknown };
  inputRequests?: Record<string, { method: string }>;
}

export interface RpcOptions {
  /** False: the client does not declare the extension. */
  declared?: boolean;
  /** Of `Mcp-Name`, if it is not what the params say. */
  name?: string;
  opId?: string;
  signal?: AbortSignal;
}

export async function send(
  url: URL,
  method: string,
  params: Record<string, unknown>,
  { declared = true, name, opId, signal }: RpcOptions = {},
): Promise<Response> {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': revision,
    'io.modelcontextprotocol/clientInfo': clientInfo,
    'io.modelcontextprotocol/clientCapabilities': declared ? { extensions: { [extension]: {} } } : {},
    ...(opId !== undefined && { 'io.mcp-windtunnel/opId': opId }),
    ...(params._meta as object | undefined),
  };
  const mirrored = name ?? params.taskId ?? params.name;
  const headers = {
    'mcp-protocol-version': revision,
    'mcp-method': method,
    ...(typeof mirrored === 'string' && { 'mcp-name': mirrored }),
  };
  const message = { id: 1, method, params: { ...params, _meta } };
  return post(url, message, { headers, ...(signal && { signal }) });
}

/** The status of the answer, and what it says. */
export async function rpc(
  url: URL,
  method: string,
  params: Record<string, unknown>,
  options?: RpcOptions,
): Promise<RpcMessage & { status: number; error?: { code: number; message: string; data?: unknown } }> {
  const response = await send(url, method, params, options);
  return { status: response.status, ...(await readAnswer(response)) };
}

/** Calls `report` as a task. */
export async function createTask(url: URL, args: object, opId?: string): Promise<Task> {
  const params = { name: 'report', arguments: args };
  const { result } = await rpc(url, 'tools/call', params, opId === undefined ? {} : { opId });
  return result as Task;
}

export async function getTask(url: URL, taskId: string): Promise<Task> {
  const answer = await rpc(url, 'tasks/get', { taskId });
  if (!answer.result) throw new Error(JSON.stringify(answer));
  return answer.result as Task;
}

/** Asks until the task has come to one of these states; bounded by the test's timeout. */
export async function untilStatus(url: URL, taskId: string, ...statuses: string[]): Promise<Task> {
  for (;;) {
    const task = await getTask(url, taskId);
    if (statuses.includes(task.status)) return task;
  }
}

/** The deeds of an operation in the ledger, in order: `created begin step:1 … commit completed`, with the replica. */
export function deeds(
  path: string,
  opId: string,
): { what: string; replica: string; seq: number | undefined }[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as LedgerEntry)
    .filter((entry) => entry.event !== 'end' && entry.opId === opId)
    .map((entry) => {
      const what = entry.event === 'task' ? entry.what : entry.event;
      const step = entry.event === 'task' && entry.step !== undefined ? `:${entry.step}` : '';
      return { what: what + step, replica: entry.replica, seq: entry.seq };
    });
}

export const deedNames = (path: string, opId: string) => deeds(path, opId).map(({ what }) => what);
