import { taskOptions } from './task-options.ts';
import { onlyFault, type Row } from './types.ts';

const deadly: readonly string[] = [
  'crash',
  'out-of-memory',
  'restart',
  'scale-in',
  'rolling-restart',
  'rollout',
];
/** The ways to lead a request to the replica that has its task. */
const leading: readonly string[] = ['session-affinity', 'task-affinity'];

/**
 * Tasks in replica memory, with affinity: what a process holds goes with it, and nothing else does. The ledger tells which
 * process has which task, so the number is known exactly; in a rolling restart each process goes once.
 */
export const taskHeld: Row = (one) => {
  const { deployment, metrics, facts } = one;
  const fault = onlyFault(one);
  const { tasks } = facts;
  if (deployment.tasks?.store !== 'memory' || !leading.includes(deployment.routing)) return [];
  // The other client has a session of its own, which may lead elsewhere.
  if (deployment.routing === 'session-affinity' && taskOptions(one).by !== 'itself') return [];
  if (!tasks?.taskStrike || fault === undefined || !deadly.includes(fault.fault)) return [];
  if ('notApplicable' in metrics.task_loss) return [];
  const { targets, held, inDoubt } = tasks.taskStrike;
  const all = tasks.acknowledged;
  return [
    {
      id: 'task-held',
      metric: 'task_loss',
      what: `tasks lost: those that the ledger shows on the ${targets === 1 ? 'replica' : `${targets} replicas`} that went, and that were asked for again before their end was known`,
      formula: `${held}/${all}${inDoubt > 0 ? `, and up to ${inDoubt} that were just asked for` : ''}`,
      source: 'what is in memory goes with its process, and with nothing else; exact, from ledger and log',
      predicted: all === 0 ? 0 : held / all,
      interval: all === 0 ? [0, 1] : [held / all, (held + inDoubt) / all],
      measured: metrics.task_loss.value,
      doubt: metrics.task_loss.kinds.stalled > 0 ? stalled : undefined,
    },
  ];
};

const stalled = 'some tasks did not end by their deadline, which is no matter of who held them';
