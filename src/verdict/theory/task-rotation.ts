import { binomial } from './chance.ts';
import { taskOptions } from './task-options.ts';
import type { Row } from './types.ts';
import { unmixed } from './unmixed.ts';

/**
 * 2026-07-28, tasks in replica memory, in rotation: a poll finds its task with probability 1/N, so that a task is found by
 * all of its first k polls with (1/N)^k.
 */
export const taskRotation: Row = (one) => {
  const { deployment, facts } = one;
  const { routing, protocol, replicas, tasks } = deployment;
  if (protocol !== '2026-07-28' || routing !== 'round-robin' || tasks?.store !== 'memory') return [];
  if (facts.tasks === null || taskOptions(one).follow !== 'poll') return [];
  const { taskPolls, firstPolls } = facts.tasks;
  const { asked, found } = taskPolls;
  const [low, high] = binomial(asked, 1 / replicas);
  const all = firstPolls.reduce((sum, group) => sum + group.tasks, 0);
  const survivors = firstPolls.reduce((sum, group) => sum + group.found, 0);
  const mean = firstPolls.reduce((sum, group) => sum + group.tasks * replicas ** -group.polls, 0);
  // The binomial of the mean probability spreads more than tasks of different k do (Hoeffding 1956).
  const [fewest, most] = binomial(all, all === 0 ? 0 : mean / all);
  const doubt = unmixed({ facts, deployment });
  return [
    {
      id: 'task-found',
      metric: 'task_loss',
      what: `polls that find their task: ${asked} before any fault, in rotation over ${replicas} replicas`,
      formula: `1/N = 1/${replicas}`,
      source: 'the task lives in one replica, and rotation takes no notice; binomial',
      predicted: 1 / replicas,
      interval: asked === 0 ? [0, 1] : [low / asked, high / asked],
      measured: asked === 0 ? null : found / asked,
      doubt,
    },
    {
      id: 'task-survives',
      metric: 'task_loss',
      what: `tasks that all of their first polls find, at most three and all before they ended: of ${all}, in rotation over ${replicas} replicas`,
      formula: `(1/N)^k, mean over ${firstPolls.map(({ polls, tasks }) => `${tasks} with k = ${polls}`).join(', ') || 'none'}`,
      source: 'each of k polls finds its task with 1/N; binomial',
      predicted: all === 0 ? 1 : mean / all,
      interval: all === 0 ? [0, 1] : [fewest / all, most / all],
      measured: all === 0 ? null : survivors / all,
      doubt,
    },
  ];
};
