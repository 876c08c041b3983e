import {
  type LedgerOperation,
  type LedgerSink,
  opIdKey,
  outcomeUnknownKey,
  stateMissingKey,
} from '../../../src/record/index.ts';
import { OutcomeUnknown } from '../store/index.ts';
import type { Tool, ToolArguments, ToolContext, ToolOutcome } from './types.ts';

/** Who notes what in the ledger; a server's context is one. */
interface Bookkeeping {
  ledger: LedgerSink | undefined;
}

/** The result of `tools/call`; both SDKs take it as it is. */
export interface CallToolResult {
  [key: string]: unknown;
  content: { type: 'text'; text: string }[];
  structuredContent?: Record<string, unknown>;
  isError?: boolean;
  _meta?: Record<string, unknown>;
}

/**
 * Runs a tool with its entries in the ledger: `begin` when it starts, `commit` when its effect stands and
 * before the answer leaves, `abort` when it ends without effect, neither when the store cannot tell.
 */
export async function callTool(
  tool: Tool,
  args: ToolArguments,
  meta: Readonly<Record<string, unknown>> | undefined,
  context: ToolContext,
  books: Bookkeeping,
): Promise<CallToolResult> {
  const opId = meta?.[opIdKey];
  const note = (event: LedgerOperation['event'], outcome?: ToolOutcome) => {
    // Calls of clients that are not the harness's have no operation to account for.
    if (typeof opId !== 'string') return;
    books.ledger?.write({
      event,
      opId,
      tool: tool.name,
      ...(outcome?.subject === undefined ? {} : { subject: outcome.subject }),
      ...(outcome?.value === undefined ? {} : { value: outcome.value }),
    });
  };
  note('begin');
  try {
    const outcome = await tool.run(args, context);
    note(outcome.kind === 'done' ? 'commit' : 'abort', outcome);
    return toResult(outcome);
  } catch (error) {
    if (error instanceof OutcomeUnknown) return unknownResult(error.message);
    // A store that cannot be written has rolled back.
    note('abort');
    throw error;
  }
}

function toResult(outcome: ToolOutcome): CallToolResult {
  switch (outcome.kind) {
    case 'done': {
      const { answer, text } = outcome;
      return { content: [{ type: 'text', text: text ?? JSON.stringify(answer) }], structuredContent: answer };
    }
    case 'failed': {
      const { message, stateMissing } = outcome;
      const meta = stateMissing ? { _meta: { [stateMissingKey]: true } } : {};
      return { content: [{ type: 'text', text: message }], isError: true, ...meta };
    }
    case 'cancelled':
      return { content: [{ type: 'text', text: 'cancelled' }], isError: true };
  }
}

function unknownResult(message: string): CallToolResult {
  return { content: [{ type: 'text', text: message }], isError: true, _meta: { [outcomeUnknownKey]: true } };
}
