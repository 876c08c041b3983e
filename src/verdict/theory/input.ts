import { callsOf } from '../../scenario/index.ts';
import { taskOptions } from './task-options.ts';
import { type Case, type Forecast, onlyFault, type Row } from './types.ts';

/**
 * What was asked in a run whose every call answers questions, and is sent once; undefined of any other, and where some calls are
 * made as tasks and others not.
 */
function inputOf({ scenario, facts }: Case) {
  const { journey, policy } = scenario.workload;
  const calls = callsOf(journey);
  const isPlain = calls.every(({ answers }) => answers !== undefined && !answers.tamper);
  if (!isPlain || policy.unknownOutcome === 'retry' || !facts.input || facts.input.answered === 0) return;
  const asTasks = calls.filter(({ task }) => task !== undefined).length;
  if (asTasks > 0 && asTasks < calls.length) return;
  return { ...facts.input, asTasks: asTasks > 0 };
}

type Asked = NonNullable<ReturnType<typeof inputOf>>;

/** What becomes of questions: rows of `input_loss`. */
export const input: Row = (one) => {
  const counts = inputOf(one);
  const measured = one.metrics.input_loss;
  if (counts === undefined || 'notApplicable' in measured) return [];
  const found = counts.asTasks ? ofTasks(one, counts) : ofCalls(one, counts);
  return found === undefined ? [] : [{ metric: 'input_loss', measured: measured.value, ...found }];
};

type Found = Omit<Forecast, 'metric' | 'measured'>;

function ofCalls(one: Case, counts: Asked): Found | undefined {
  const { deployment } = one;
  if (deployment.protocol === '2026-07-28') {
    if (typeof deployment.server !== 'string') return;
    return {
      id: 'input-anywhere',
      what: 'answered questions that were lost, where the client carries the state of the call',
      formula: '0',
      source: 'any replica goes on from what the client gives back; exact',
      predicted: 0,
      interval: [0, 0],
    };
  }
  if (deployment.routing === 'session-affinity' && crashesAtMost(one)) return held(counts, 'a call waits');
  return;
}

function ofTasks(one: Case, counts: Asked): Found | undefined {
  const { deployment, metrics } = one;
  const { by, follow } = taskOptions(one);
  const isOld = deployment.protocol === '2025-11-25';
  const stalls = 'kinds' in metrics.task_loss && metrics.task_loss.kinds.stalled > 0;
  const doubt = stalls ? 'some tasks did not end by their deadline, whoever had been answered' : undefined;
  if (deployment.tasks?.store === 'shared') {
    // A session in memory would be lost, and what is asked in it.
    if (isOld && deployment.state !== 'shared') return;
    return {
      id: 'input-kept',
      what: 'answered questions that were lost, where tasks live in a store that all share',
      formula: '0',
      source: 'the store has the question, and any replica takes the answer; exact',
      predicted: 0,
      interval: [0, 0],
      doubt,
    };
  }
  if (deployment.tasks?.store !== 'memory' || !crashesAtMost(one)) return;
  // Where it was asked has to be where the task is, and known: another client has a session of its own, and news come from nowhere.
  const isLed = isOld
    ? deployment.routing === 'session-affinity' && by === 'itself'
    : deployment.routing === 'task-affinity' && follow === 'poll';
  return isLed ? { ...held(counts, 'a task is kept'), doubt } : undefined;
}

function crashesAtMost(one: Case): boolean {
  return one.scenario.faults.length === 0 || onlyFault(one)?.fault === 'crash';
}

function held({ answered, struck }: Asked, what: string): Found {
  const { open, inDoubt } = struck ?? { open: 0, inDoubt: 0 };
  return {
    id: 'input-held',
    what: `answered questions that were lost, of ${answered}: those open on the replica that was killed`,
    formula: `${open}/${answered}${inDoubt > 0 ? `, and up to ${inDoubt} whose answer was on its way` : ''}`,
    source: `${what} in the memory of one process, and no answer finds it when that is gone; exact, from the log`,
    predicted: open / answered,
    interval: [open / answered, (open + inDoubt) / answered],
  };
}
