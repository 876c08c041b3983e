import { HarnessError, messageOf } from '../../../src/core/index.ts';
import type { LedgerTask } from '../../../src/record/index.ts';
import { conclude } from './conclusion.ts';
import { type Execution, execute } from './execution.ts';
import { letGo, newTask, toCancel, withResponses } from './records.ts';
import { rounds } from './rounds.ts';
import type { TaskEngine, TaskEngineParts, TaskRecord } from './types.ts';
import { watchTasks } from './watch.ts';

const taskIdCharactersMax = 100;
const listedMax = 100;
/** A replica takes over no more at one look: others look as well. */
const takenOverMax = 100;
/** Of what is told in time, however short the interval it follows from. */
const intervalMsMin = 20;
const forgetEveryMs = 250;

/** See `TaskEngine`. It works until it is closed. */
export function taskEngine(parts: TaskEngineParts): TaskEngine {
  const { store, policy, owner, ledger } = parts;
  const tools = new Map(parts.tools.map((tool) => [tool.name, tool]));
  /** Also of those that are being made; absent as yet. */
  const running = new Map<string, Execution | undefined>();
  const trouble = (message: string) => parts.onTrouble(`tasks: ${message}`);
  const watch = watchTasks(store, trouble);
  let handingOver = false;

  const note = (what: LedgerTask['what'], { taskId, opId }: Pick<TaskRecord, 'taskId' | 'opId'>) => {
    if (opId !== null) ledger?.write({ event: 'task', what, taskId, opId });
  };
  const toolOf = (task: TaskRecord) => {
    const tool = tools.get(task.tool);
    if (!tool) throw new HarnessError('internal', `there is no tool ${task.tool}`);
    return tool;
  };
  const begin = (task: TaskRecord) => {
    const execution = execute(task, toolOf(task), {
      ...parts,
      onChanged: watch.tell,
      onEnded: () => {
        if (running.get(task.taskId) === execution) running.delete(task.taskId);
      },
    });
    running.set(task.taskId, execution);
    if (task.cancelRequested) execution.cancel();
  };

  const renew = async () => {
    const before = new Map(running);
    const held = new Map((await store.renew(owner, policy.leaseMs)).map((one) => [one.taskId, one]));
    for (const [taskId, execution] of before) {
      if (execution && !held.has(taskId)) execution.lose();
    }
    for (const { taskId, cancelRequested } of held.values()) {
      if (cancelRequested) running.get(taskId)?.cancel();
      // Its execution gave up since the store was away: whoever looks first may go on.
      if (!before.has(taskId) && !running.has(taskId)) await store.change(taskId, letGo(owner));
    }
  };
  const end = async (task: TaskRecord) => {
    try {
      const ended = await conclude(task, toolOf(task), parts);
      if (ended) watch.tell(ended);
    } catch (error) {
      trouble(`task ${task.taskId}: ${messageOf(error)}`);
    } finally {
      running.delete(task.taskId);
    }
  };
  const takeOver = async () => {
    const taken = await store.takeOver(owner, policy.leaseMs, takenOverMax);
    // Its own lease was over, and nobody noticed.
    const others = taken.filter(({ taskId }) => !running.has(taskId));
    for (const { taskId } of others) running.set(taskId, undefined);
    let committed: ReadonlySet<string>;
    try {
      committed = await parts.committed(others.map(({ taskId }) => taskId));
    } catch (error) {
      for (const { taskId } of others) running.delete(taskId);
      throw error;
    }
    for (const task of others) {
      // It was let go of meanwhile.
      if (!running.has(task.taskId)) continue;
      note('taken-over', task);
      if (committed.has(task.taskId)) void end(task);
      else begin(task);
    }
  };
  const forget = async () => {
    for (const task of await store.forget()) {
      note('expired', task);
      running.get(task.taskId)?.lose();
    }
  };

  const every = (ms: number, work: () => Promise<void>) => rounds(Math.max(intervalMsMin, ms), work, trouble);
  const carrying = store.shared
    ? [every(policy.leaseMs / 3, renew), every(policy.leaseMs / 2, takeOver)]
    : [];
  const telling = [
    every(forgetEveryMs, forget),
    ...(store.shared ? [every(policy.pollIntervalMs / 2, watch.look)] : []),
  ];
  const stopCarrying = () => {
    for (const stop of carrying.splice(0)) stop();
  };
  const known = (taskId: string) => taskId.length <= taskIdCharactersMax;

  return {
    policy,
    async create(tool, args, options) {
      if (handingOver && !store.shared) {
        throw new HarnessError('server', 'this process ends, and the tasks in its memory with it');
      }
      const task = newTask(tool, args, options, policy, handingOver ? null : owner);
      if (task.owner !== null) running.set(task.taskId, undefined);
      try {
        await store.create(task, policy.leaseMs);
      } catch (error) {
        running.delete(task.taskId);
        throw error;
      }
      note('created', task);
      if (handingOver) {
        // It began to hand over meanwhile, or had begun before.
        running.delete(task.taskId);
        await store.change(task.taskId, letGo(owner));
      } else begin(task);
      return task;
    },
    get: async (taskId) => (known(taskId) ? store.get(taskId) : undefined),
    list: async (session, afterTaskId) => store.list(session, afterTaskId, listedMax),
    async cancel(taskId, { atOnce = false } = {}) {
      if (!known(taskId)) return undefined;
      const next = await store.change(taskId, toCancel(atOnce, policy));
      if (next === 'ended') return store.get(taskId);
      if (!next) return undefined;
      if (atOnce) note('cancelled', next);
      running.get(taskId)?.cancel();
      watch.tell(next);
      return next;
    },
    async update(taskId, inputResponses) {
      if (!known(taskId)) return undefined;
      const next = await store.change(taskId, withResponses(inputResponses));
      if (next === 'nothing') return store.get(taskId);
      if (!next) return undefined;
      running.get(taskId)?.wake();
      watch.tell(next);
      return next;
    },
    onChange: (taskId, listener) => watch.add(taskId, listener),
    async handOver() {
      handingOver = true;
      if (!store.shared) return;
      stopCarrying();
      await store.release(owner);
      for (const execution of running.values()) execution?.lose();
      running.clear();
    },
    close() {
      handingOver = true;
      stopCarrying();
      for (const stop of telling) stop();
      for (const execution of running.values()) execution?.lose();
      running.clear();
      watch.close();
    },
  };
}
