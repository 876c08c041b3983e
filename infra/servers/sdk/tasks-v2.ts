import {
  CLIENT_CAPABILITIES_META_KEY,
  type McpServer,
  ProtocolError,
  type ServerContext as RequestContext,
} from '@modelcontextprotocol/server';
import * as z from 'zod';
import { HarnessError } from '../../../src/core/index.ts';
import { opIdKey } from '../../../src/record/index.ts';
import type { ServerContext } from '../host/index.ts';
import type { TaskEngine, TaskRecord } from '../tasks/index.ts';
import { askFirst, callAsking, type LongTool, parseArguments } from './asking-call.ts';
import {
  declaresTasks,
  invalidParams,
  missingCapability,
  requiredCapabilities,
  tasksExtension,
  toDetailedTask,
  toTask,
} from './task-words.ts';

/** The extension `io.modelcontextprotocol/tasks` (SEP-2663) on a server of SDK v2, which does not know it. */

const internalError = -32603;
const taskParams = z.looseObject({ taskId: z.string() });
const updateParams = taskParams.extend({ inputResponses: z.record(z.string(), z.unknown()).optional() });

/**
 * Declares the extension and answers `tasks/get`, `tasks/update` and `tasks/cancel`, and calls of a long tool.
 * @param long the tool that the request this server is made for calls, if it calls a long one.
 */
export function offerTasks(
  { server }: McpServer,
  context: ServerContext,
  tasks: TaskEngine,
  long: LongTool | undefined,
): void {
  server.registerCapabilities({ extensions: { [tasksExtension]: {} } });
  server.setRequestHandler('tasks/get', { params: taskParams }, async ({ taskId }, request) => {
    requireTasks(request);
    return toDetailedTask(found(await tasks.get(taskId)));
  });
  server.setRequestHandler('tasks/cancel', { params: taskParams }, async ({ taskId }, request) => {
    requireTasks(request);
    found(await tasks.cancel(taskId));
    return {};
  });
  server.setRequestHandler('tasks/update', { params: updateParams }, async (params, request) => {
    requireTasks(request);
    // The SDK takes them out of the params of every request.
    const responses = request.mcpReq.inputResponses ?? params.inputResponses ?? {};
    found(await tasks.update(params.taskId, responses));
    return {};
  });

  if (!long) return;
  // The SDK makes a tool's result of whatever its own handler is answered with, and a task is none.
  server.removeRequestHandler('tools/call');
  server.fallbackRequestHandler = ({ method, params }, request) => {
    if (method !== 'tools/call') throw new ProtocolError(-32601, 'Method not found');
    return call(long, params?.arguments ?? {}, context, tasks, request);
  };
}

async function call(
  long: LongTool,
  given: unknown,
  context: ServerContext,
  tasks: TaskEngine,
  request: RequestContext,
) {
  const { tool } = long;
  const parsed = parseArguments(long, given);
  if ('wrong' in parsed) return parsed.wrong;
  if (tool.long === 'always a task') requireTasks(request);
  if (!canTasks(request)) return callAsking(long, parsed.args, context, request);
  const first = await askFirst(tool, parsed.args, context, request);
  if ('open' in first) return first.open;
  const opId = request.mcpReq._meta?.[opIdKey];
  try {
    const task = await tasks.create(tool, parsed.args, {
      opId: typeof opId === 'string' ? opId : undefined,
      inputResponses: first.answered,
    });
    return { resultType: 'task', ...toTask(task) };
  } catch (error) {
    if (error instanceof HarnessError) throw new ProtocolError(internalError, error.message);
    throw error;
  }
}

function canTasks({ mcpReq }: RequestContext): boolean {
  return declaresTasks(
    (mcpReq.envelope as Record<string, unknown> | undefined)?.[CLIENT_CAPABILITIES_META_KEY],
  );
}

function requireTasks(request: RequestContext): void {
  if (canTasks(request)) return;
  throw new ProtocolError(missingCapability, 'Missing required client capability', requiredCapabilities);
}

function found(task: TaskRecord | undefined): TaskRecord {
  if (task) return task;
  throw new ProtocolError(invalidParams, 'Task not found: it is unknown, or has expired');
}
