import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  GetTaskPayloadRequestSchema,
  type JSONRPCRequest,
  McpError,
  RELATED_TASK_META_KEY,
  type ServerNotification,
  type ServerRequest,
} from '@modelcontextprotocol/sdk/types.js';
import { opIdKey } from '../../../src/record/index.ts';
import { isFinal, type TaskEngine, type TaskRecord } from '../tasks/index.ts';
import { type CallToolResult, type Tool, type ToolArguments, tools } from '../tools/index.ts';
import { sessionSchemas } from './schemas.ts';
import { inputRequests } from './v1-task-input.ts';
import { resultOf, sdkTaskStore, taskOf, unknownTask } from './v1-task-store.ts';

/** Tasks of 2025-11-25 on SDK v1 (SEP-1686): what a session's server needs to have them. */

export type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;
export type RunTool = (tool: Tool, args: ToolArguments, extra: Extra) => Promise<CallToolResult>;

/** Of the looks at a task that is waited for, however short the poll interval. */
const lookMsMin = 20;

/** What the SDK is told of tasks; nothing where the deployment has none. */
export function taskOptions(tasks: TaskEngine | undefined, session: string) {
  if (!tasks) return {};
  return {
    capabilities: { tasks: { list: {}, cancel: {}, requests: { tools: { call: {} } } } },
    taskStore: sdkTaskStore(tasks, session),
  };
}

export interface TaskMeans {
  tasks: TaskEngine;
  session: string;
  /** Carries out a call whose client waits for its result. */
  run: RunTool;
  onMade(task: TaskRecord): void;
  /** Where requests to the client go out. */
  transport: Transport;
}

/**
 * Takes `tools/call` and `tasks/result` over from the SDK. Of a tool that may be a task it makes one of each call that is
 * not to be a task, too, and waits for it; here that is an ordinary call. Its `tasks/result` looks once in a poll interval,
 * and sends what a task asks only from the process that carries it out.
 */
export function serveTasks({ server }: McpServer, means: TaskMeans): void {
  server.setRequestHandler(CallToolRequestSchema, async (request, extra) => {
    const { name, arguments: given, task, _meta } = request.params;
    const called = calledTool(name, given);
    if (task === undefined) {
      return 'wrong' in called ? toolError(called.wrong) : means.run(called.tool, called.args, extra);
    }
    if ('wrong' in called) throw new McpError(ErrorCode.InvalidParams, called.wrong);
    if (!called.tool.long) throw new McpError(ErrorCode.MethodNotFound, `Tool ${name} cannot be a task`);
    const opId = _meta?.[opIdKey];
    const made = await means.tasks.create(called.tool, called.args, {
      opId: typeof opId === 'string' ? opId : undefined,
      session: means.session,
      ttlMs: task.ttl,
    });
    means.onMade(made);
    return { task: taskOf(made) };
  });

  server.setRequestHandler(
    GetTaskPayloadRequestSchema,
    async ({ params: { taskId } }, { requestId, signal }) => {
      const ask = (request: JSONRPCRequest) => means.transport.send(request, { relatedRequestId: requestId });
      const result = resultOf(await ended(means.tasks, taskId, ask, signal));
      return { ...result, _meta: { ...result._meta, [RELATED_TASK_META_KEY]: { taskId } } };
    },
  );
}

/** @returns the task at its end, wherever that comes about. @throws McpError -32602 when it is unknown, or gets forgotten. */
async function ended(
  tasks: TaskEngine,
  taskId: string,
  ask: (request: JSONRPCRequest) => Promise<void>,
  signal: AbortSignal,
): Promise<TaskRecord> {
  const asked = new Set<unknown>();
  for (;;) {
    const task = await tasks.get(taskId);
    if (!task) throw unknownTask(taskId);
    if (isFinal(task)) return task;
    for (const request of inputRequests(task)) {
      if (!asked.has(request.id)) await ask(request);
      asked.add(request.id);
    }
    await changed(tasks, task, signal);
    if (signal.aborted) throw new McpError(ErrorCode.InvalidRequest, 'Request cancelled');
  }
}

/** Resolves when there may be something new, which includes that it was forgotten. */
function changed(tasks: TaskEngine, { taskId, version }: TaskRecord, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = tasks.onChange(taskId, (task) => task.version > version && over());
    const timer = setTimeout(over, Math.max(lookMsMin, tasks.policy.pollIntervalMs));
    signal.addEventListener('abort', over, { once: true });
    function over() {
      stop();
      clearTimeout(timer);
      signal.removeEventListener('abort', over);
      resolve();
    }
  });
}

function calledTool(name: string, given: unknown): { tool: Tool; args: ToolArguments } | { wrong: string } {
  const tool = tools.find((one) => one.name === name);
  const schema = sessionSchemas.get(name);
  if (!tool || !schema) return { wrong: `Tool ${name} not found` };
  const { data, error } = schema.safeParse(given ?? {});
  if (!data) return { wrong: `Invalid arguments for tool ${name}: ${error.message}` };
  return { tool, args: data };
}

function toolError(text: string): CallToolResult {
  return { content: [{ type: 'text', text }], isError: true };
}
