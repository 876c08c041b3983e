import {
  type LedgerOperation,
  type LedgerSink,
  opIdKey,
  outcomeUnknownKey,
  stateMissingKey,
} from '../../../src/record/index.ts';
import { OutcomeUnknown } from '../store/index.ts';
import {
  type Conduct,
  type Question,
  type Tool,
  type ToolArguments,
  type ToolContext,
  type ToolOutcome,
  WorkFailed,
} from './types.ts';

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
    if (error instanceof WorkFailed) return toResult({ kind: 'failed', message: error.message });
    throw error;
  }
}

/** Sends a notification that belongs to the call; both SDKs have such a function. */
type Notify = (notification: {
  method: 'notifications/progress';
  params: { progressToken: string | number; progress: number; total: number };
}) => Promise<void>;

/** Operations whose failures are counted; beyond, the oldest is forgotten. */
const countsMax = 10_000;
const failures = new Map<string, number>();

/** How a call asks its client, if it can be asked; `servers/input` has both ways. */
interface Asking {
  readonly doneSteps: number;
  ask(key: string, question: Question, steps: number): Promise<unknown>;
}

/**
 * The conduct of a call whose client waits for its answer: progress after each step, if it wants that.
 * Failures are counted in this process.
 */
export function blockingConduct(
  meta: Readonly<Record<string, unknown>> | undefined,
  notify: Notify,
  asking?: Asking,
): Conduct {
  const token = meta?.progressToken;
  let steps = asking?.doneSteps ?? 0;
  return {
    doneSteps: steps,
    async stepDone(step, of) {
      steps = step;
      if (typeof token !== 'string' && typeof token !== 'number') return;
      await notify({
        method: 'notifications/progress',
        params: { progressToken: token, progress: step, total: of },
      });
    },
    ask: async (key, question) => asking?.ask(key, question, steps),
    async countFailure() {
      const opId = meta?.[opIdKey];
      if (typeof opId !== 'string') return 1;
      const count = (failures.get(opId) ?? 0) + 1;
      failures.set(opId, count);
      if (failures.size > countsMax) failures.delete(failures.keys().next().value ?? opId);
      return count;
    },
  };
}

/** What a client is told of an outcome. */
export function toResult(outcome: ToolOutcome): CallToolResult {
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
