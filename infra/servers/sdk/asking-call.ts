import {
  CLIENT_CAPABILITIES_META_KEY,
  type McpServer,
  ProtocolError,
  type ServerContext as RequestContext,
} from '@modelcontextprotocol/server';
import type * as z from 'zod';
import { opIdKey } from '../../../src/record/index.ts';
import type { ServerContext } from '../host/index.ts';
import { type Asking, type CallState, canBeAsked, InputNeeded, type StateOf } from '../input/index.ts';
import type { BasketReference, Tool } from '../tools/index.ts';
import { callBlocking } from './blocking-call.ts';
import { invalidParams } from './task-words.ts';

/** Calls of 2026-07-28 that may ask in their middle (SEP-2322, basic/patterns/mrtr). */

/** A tool that takes long enough to be a task, or to ask, with the schema of its arguments. */
export interface LongTool {
  tool: Tool;
  inputSchema: z.ZodType<Record<string, unknown>>;
  baskets: BasketReference;
}

/**
 * Takes calls of a long tool over from the SDK, whose own handler would make a tool's result of the refusal of a state.
 * @param long the tool that the request this server is made for calls, if it calls a long one.
 */
export function offerInput({ server }: McpServer, context: ServerContext, long: LongTool | undefined): void {
  if (!long) return;
  server.removeRequestHandler('tools/call');
  server.fallbackRequestHandler = async ({ method, params }, request) => {
    if (method !== 'tools/call') throw new ProtocolError(-32601, 'Method not found');
    const parsed = parseArguments(long, params?.arguments ?? {});
    return 'wrong' in parsed ? parsed.wrong : callAsking(long, parsed.args, context, request);
  };
}

/** Arguments as the schema leaves them, or the tool's answer to wrong ones. */
export function parseArguments({ tool, inputSchema }: LongTool, given: unknown) {
  const parsed = inputSchema.safeParse(given);
  if (parsed.success) return { args: parsed.data };
  const text = `Input validation error: Invalid arguments for tool ${tool.name}: ${parsed.error.message}`;
  return { wrong: { content: [{ type: 'text', text }], isError: true } };
}

/**
 * Carries out one round of a call: to its end, or to the question that its client has to answer first.
 * @throws ProtocolError -32602 if it gives back a state that is not to be trusted; nothing is carried out then.
 */
export async function callAsking(
  { tool, baskets }: LongTool,
  args: Record<string, unknown>,
  context: ServerContext,
  request: RequestContext,
) {
  const { of, asking } = roundOf(tool, args, context, request);
  const { _meta, signal, notify } = request.mcpReq;
  try {
    return await callBlocking(tool, args, _meta, { baskets, signal, notify, asking }, context);
  } catch (error) {
    if (!(error instanceof InputNeeded)) throw error;
    return toInputRequired(error, of, context);
  }
}

/**
 * What a tool asks before a task is made of its call, and its client has not answered yet; else what it has answered, by key.
 * A client that cannot be asked has answered nothing.
 * @throws ProtocolError -32602 as `callAsking`.
 */
export async function askFirst(
  tool: Tool,
  args: Record<string, unknown>,
  context: ServerContext,
  request: RequestContext,
) {
  if (tool.asksFirst === undefined) return { answered: {} };
  const { of, asking } = roundOf(tool, args, context, request);
  if (asking === undefined) return { answered: {} };
  const { key, question } = tool.asksFirst;
  try {
    return { answered: { [key]: await asking.ask(key, question, 0) } };
  } catch (error) {
    if (!(error instanceof InputNeeded)) throw error;
    return { open: toInputRequired(error, of, context) };
  }
}

function roundOf(
  tool: Tool,
  args: Record<string, unknown>,
  { states }: ServerContext,
  { mcpReq }: RequestContext,
) {
  const of: StateOf = { tool: tool.name, args, opId: mcpReq._meta?.[opIdKey] };
  const given: unknown = mcpReq.requestState();
  const state = typeof given === 'string' ? states.open(given, of) : undefined;
  if (given !== undefined && state === undefined) {
    throw new ProtocolError(invalidParams, 'Invalid or expired requestState');
  }
  const capabilities = (mcpReq.envelope as Record<string, unknown> | undefined)?.[
    CLIENT_CAPABILITIES_META_KEY
  ];
  return { of, asking: canBeAsked(capabilities) ? askByResult(state, mcpReq.inputResponses) : undefined };
}

function toInputRequired({ key, question, steps }: InputNeeded, of: StateOf, { states }: ServerContext) {
  return {
    resultType: 'input_required',
    inputRequests: { [key]: question },
    requestState: states.seal({ steps, asked: key }, of),
  };
}

/** Answers to what was not asked are passed over, and what was not answered is asked again. */
function askByResult(
  state: CallState | undefined,
  responses: Readonly<Record<string, unknown>> = {},
): Asking {
  return {
    doneSteps: state?.steps ?? 0,
    async ask(key, question, steps) {
      if (state?.asked === key && Object.hasOwn(responses, key)) return responses[key];
      throw new InputNeeded(key, question, steps);
    },
  };
}
