import { messageOf } from '../../../src/core/index.ts';
import type { LedgerOperation, LedgerTask } from '../../../src/record/index.ts';
import { type Conduct, type Question, type Tool, type ToolOutcome, WorkFailed } from '../tools/index.ts';
import { completed, failed, ifOwned, stopped, waitingFor } from './records.ts';
import { type Decide, isFinal, type TaskEngineParts, type TaskRecord } from './types.ts';

/** One task as it is carried out by this process. */
export interface Execution {
  /** Asks the work to stop. */
  cancel(): void;
  /** There may be an answer to what it waits for. */
  wake(): void;
  /** It is somebody else's now: nothing is written of it any more. */
  lose(): void;
}

export interface ExecutionMeans extends TaskEngineParts {
  /** Told of each record that this execution has made. */
  onChanged(task: TaskRecord): void;
  onEnded(): void;
}

/** A server that begins anew for ever would never end. */
const beginningsMax = 20;
const internalError = -32603;
/** Of the looks for an answer, however short the poll interval. */
const waitMsMin = 20;

/** What the work is stopped by when the task is no longer this process's. */
class Lost extends Error {}
class Cancelled extends Error {}
/** The task stays as it is kept, and is taken up from there. */
class StoreFailed extends Error {}

/** Carries a task out from where it stands: begins, keeps each step, and commits only what this process still owns. */
export function execute(begun: TaskRecord, tool: Tool, means: ExecutionMeans): Execution {
  const { store, policy, owner } = means;
  const { taskId, opId } = begun;
  const abort = new AbortController();
  let task = begun;
  let lost = false;
  /** Wakes each who waits for an answer. */
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const look of [...waiting]) look();
  };

  const note = (event: LedgerOperation['event'], outcome?: ToolOutcome) => {
    if (opId === null || lost) return;
    const { subject, value } = outcome ?? {};
    means.ledger?.write({
      event,
      opId,
      tool: tool.name,
      ...(subject !== undefined && { subject }),
      ...(value !== undefined && { value }),
      ...(event === 'commit' && { taskId }),
    });
  };
  const tell = (what: LedgerTask['what'], more: { step?: number; ms?: number } = {}) => {
    if (opId !== null && !lost) means.ledger?.write({ event: 'task', what, taskId, opId, ...more });
  };
  const lose = () => {
    lost = true;
    abort.abort();
    wake();
  };
  const asking = async <R>(question: () => R | Promise<R>): Promise<R> => {
    if (lost) throw new Lost();
    try {
      return await question();
    } catch (error) {
      throw new StoreFailed(messageOf(error), { cause: error });
    }
  };
  const stored = async (): Promise<TaskRecord> => {
    const found = await asking(() => store.get(taskId));
    if (found) return found;
    lose();
    throw new Lost();
  };
  /**
   * A change that cannot be made since the task is another's, or forgotten, ends the work.
   * @param told notes in the ledger what stands now, before anyone is told of it here.
   */
  const change = async <R extends string>(
    decide: Decide<R | 'lost'>,
    { effect, told }: { effect?: () => void; told?: (task: TaskRecord) => void } = {},
  ) => {
    const next = await asking(() => store.change(taskId, decide, effect));
    if (next === undefined || next === 'lost') {
      lose();
      throw new Lost();
    }
    if (typeof next === 'string') {
      abort.abort();
      return next as Exclude<R, 'lost'>;
    }
    task = next;
    if (task.cancelRequested) abort.abort();
    told?.(task);
    means.onChanged(task);
    return task;
  };

  const conduct = (): Conduct => ({
    doneSteps: task.steps,
    async stepDone(step, of, ms) {
      if (lost) throw new Lost();
      tell('step', { step, ms });
      const statusMessage = `${step} of ${of} steps are done`;
      await change(ifOwned(owner, { steps: step, statusMessage }));
    },
    ask: (key, question) => ask(key, question),
    countFailure: () => asking(() => store.countFailure(opId ?? taskId)),
  });

  const answered = (answer: unknown) => {
    if (opId !== null && !lost) means.ledger?.write({ event: 'answered', opId });
    return answer;
  };
  const ask = async (key: string, question: Question): Promise<unknown> => {
    const now = await stored();
    if (Object.hasOwn(now.inputResponses, key)) return answered(now.inputResponses[key]);
    await change(waitingFor(owner, key, question), { told: () => tell('input-required') });
    for (;;) {
      if (abort.signal.aborted) throw lost ? new Lost() : new Cancelled();
      const { inputResponses } = await stored();
      if (Object.hasOwn(inputResponses, key)) return answered(inputResponses[key]);
      await new Promise<void>((resolve) => {
        const look = () => {
          clearTimeout(timer);
          waiting.delete(look);
          resolve();
        };
        const timer = setTimeout(look, Math.max(waitMsMin, policy.pollIntervalMs / 2));
        waiting.add(look);
      });
    }
  };

  const end = async (outcome: ToolOutcome) => {
    if (outcome.kind === 'cancelled') return stop();
    const effect = () => note(outcome.kind === 'done' ? 'commit' : 'abort', outcome);
    const next = await change(completed(owner, outcome, policy), { effect, told: tellEnd('completed') });
    if (next === 'cancelled') await stop();
  };
  /** Who cancelled it at once has told of that end. */
  const tellEnd = (status: 'completed' | 'failed') => (ended: TaskRecord) => {
    if (ended.status === status) tell(status);
  };
  const stop = async () => {
    let wasEnded = false;
    const decide = (now: TaskRecord) => {
      wasEnded = isFinal(now);
      return stopped(owner, policy)(now);
    };
    const told = () => {
      if (!wasEnded) tell('cancelled');
    };
    await change(decide, { effect: () => note('abort'), told });
  };
  const fail = async (error: unknown) => {
    const message = error instanceof WorkFailed ? error.message : `Internal error: ${messageOf(error)}`;
    const rpcError = { code: internalError, message, data: { transient: isTransient(error) } };
    const decide = failed(owner, rpcError, policy);
    await change(decide, { effect: () => note('abort'), told: tellEnd('failed') });
  };
  const again = async () => {
    const decide = ifOwned(owner, { steps: 0, statusMessage: 'it begins again' });
    await change(decide, { effect: () => note('abort'), told: () => tell('retried') });
  };

  const attempt = async (beginning: number): Promise<'again' | 'over'> => {
    note('begin');
    try {
      const context = { ...means.toolContext(task), signal: abort.signal, conduct: conduct() };
      await end(await tool.run(task.args, context));
    } catch (error) {
      if (error instanceof Lost || error instanceof StoreFailed) throw error;
      if (error instanceof Cancelled) await stop();
      else if (beginning < beginningsMax && policy.retry === 'server' && isTransient(error)) {
        await again();
        return 'again';
      } else await fail(error);
    }
    return 'over';
  };

  const run = async () => {
    try {
      for (let beginning = 1; (await attempt(beginning)) === 'again'; beginning++);
    } catch (error) {
      if (!(error instanceof Lost)) means.onTrouble(`task ${taskId}: ${messageOf(error)}`);
    } finally {
      means.onEnded();
    }
  };
  void run();
  return {
    cancel() {
      abort.abort();
      wake();
    },
    wake,
    lose,
  };
}

function isTransient(error: unknown): boolean {
  return error instanceof WorkFailed && error.transient;
}
