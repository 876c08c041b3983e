import { callsOf } from '../../scenario/index.ts';
import { type Case, type Forecast, onlyFault, type Row } from './types.ts';

/** What was asked in a run whose every call answers questions, and is sent once; undefined of any other. */
function inputOf({ scenario, facts }: Case) {
  const { journey, policy } = scenario.workload;
  const isPlain = callsOf(journey).every(({ answers }) => answers !== undefined && !answers.tamper);
  if (!isPlain || policy.unknownOutcome === 'retry' || !facts.input || facts.input.answered === 0) return;
  return facts.input;
}

/** What becomes of questions: rows of `input_loss`. */
export const input: Row = (one) => {
  const { deployment, scenario, metrics } = one;
  const counts = inputOf(one);
  const measured = metrics.input_loss;
  if (counts === undefined || 'notApplicable' in measured) return [];
  const { answered, struck } = counts;
  const forecast = (id: string, of: Omit<Forecast, 'id' | 'metric' | 'measured'>): Forecast[] => [
    { id, metric: 'input_loss', measured: measured.value, ...of },
  ];
  if (deployment.protocol === '2026-07-28') {
    if (typeof deployment.server !== 'string') return [];
    return forecast('input-anywhere', {
      what: 'answered questions that were lost, where the client carries the state of the call',
      formula: '0',
      source: 'any replica goes on from what the client gives back; exact',
      predicted: 0,
      interval: [0, 0],
    });
  }
  const fault = onlyFault(one);
  if (
    deployment.routing === 'session-affinity' &&
    (fault?.fault === 'crash' || scenario.faults.length === 0)
  ) {
    const { open, inDoubt } = struck ?? { open: 0, inDoubt: 0 };
    return forecast('input-held', {
      what: `answered questions that were lost, of ${answered}: those open on the replica that was killed`,
      formula: `${open}/${answered}${inDoubt > 0 ? `, and up to ${inDoubt} whose answer was on its way` : ''}`,
      source:
        'a call waits in the memory of one process, and no answer finds it when that is gone; exact, from the log',
      predicted: open / answered,
      interval: [open / answered, (open + inDoubt) / answered],
    });
  }
  return [];
};
