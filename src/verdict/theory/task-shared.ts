import { taskOptions } from './task-options.ts';
import { type Forecast, type Row, share } from './types.ts';

/**
 * Tasks in a store that all share, with a lease: none is lost with a replica, none has its effect twice, each that its
 * owner leaves is taken over, and a takeover repeats the step that was under way at most.
 */
export const taskShared: Row = (one) => {
  const { deployment, metrics, facts } = one;
  const { state, protocol, tasks: options } = deployment;
  if (options?.store !== 'shared' || facts.tasks === null) return [];
  // A session in memory would be lost, and its tasks with it.
  if (protocol === '2025-11-25' && state !== 'shared') return [];
  const { orphans, takeovers, repeatedSteps } = facts.tasks;
  const none = (id: string, metric: 'task_loss' | 'duplicate_execution', what: string): Forecast[] => {
    const measured = metrics[metric];
    if ('notApplicable' in measured) return [];
    const source = 'the store outlives every replica, and its lease has one owner at a time; exact';
    const formula = '0';
    return [{ id, metric, what, formula, source, predicted: 0, interval: [0, 0], measured: measured.value }];
  };
  const lost = none(
    'task-shared-loss',
    'task_loss',
    'tasks lost with a replica, when they live in a store that all share',
  );
  const twice = none(
    'task-once',
    'duplicate_execution',
    'operations whose effect was committed twice, by an owner and by who took over from it',
  );
  const forgets =
    options.retention === 'ignored' ? 'the server forgets results before the promised time' : undefined;
  return [
    ...lost.map((forecast) => ({ ...forecast, doubt: forgets })),
    ...twice,
    ...takenOver(orphans),
    ...repeated(takeovers, repeatedSteps, options.retry === 'server' || taskOptions(one).mayRepeat),
  ];
};

function takenOver({
  tasks,
  takenOver,
  inDoubt,
}: {
  tasks: number;
  takenOver: number;
  inDoubt: number;
}): Forecast[] {
  if (tasks === 0) return [];
  return [
    {
      id: 'task-taken-over',
      metric: 'task_loss',
      what: `tasks that another process carried on, of ${tasks} that were under way when their owner went`,
      formula: `${tasks}/${tasks}${inDoubt > 0 ? `, or up to ${inDoubt} fewer, whose time was over first` : ''}`,
      source:
        'a lease that nobody renews runs out, and the next to look takes the task; exact, from the ledger',
      predicted: 1,
      interval: [(tasks - inDoubt) / tasks, 1],
      measured: share(takenOver, tasks),
    },
  ];
}

function repeated(takeovers: number, steps: number, mayRepeat: boolean): Forecast[] {
  if (takeovers === 0) return [];
  return [
    {
      id: 'task-repeats',
      metric: 'repeated_work_ms',
      what: `steps done again after ${takeovers} takeovers`,
      formula: `at most 1 x ${takeovers}`,
      source:
        'the store has every step that is done, but for one whose end the owner did not live to store; exact',
      predicted: 0,
      interval: [0, takeovers],
      measured: steps,
      doubt: mayRepeat ? 'steps are done again after transient failures, too' : undefined,
    },
  ];
}
