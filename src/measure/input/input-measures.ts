import type { Collector } from '../collector.ts';
import type { NotApplicable, Rate } from '../metrics.ts';
import { rate } from '../rate.ts';
import { askedOperations } from './asked-operations.ts';
import type { TakenAnswers } from './taken-answers.ts';
import type { InputDetails } from './types.ts';

export interface InputMeasures {
  loss: (Rate & InputDetails) | NotApplicable;
  forgery: Rate | NotApplicable;
}

/**
 * `input_loss`: operations, calls or tasks, that never got past a question though their client answered it ÷ operations that were
 * asked and whose client answered. An operation is past it when the ledger says that the server went on with the answer before the operation
 * ended, or when it has a result. Those whose answer was altered are not among them.
 * `state_forgery`: altered states that a server took ÷ altered states that were sent (2026-07-28, basic/patterns/mrtr, "MUST reject").
 * @param answers whether the journey says that it answers questions; a task may ask all the same.
 */
export function inputMeasures(answers: boolean, taken: TakenAnswers): Collector<InputMeasures> {
  const sums = { answered: 0, lost: 0, unanswered: 0, cut: 0, forged: 0, believed: 0 };
  let [operations, rounds, most] = [0, 0, 0];
  const collector = askedOperations(taken, (one) => {
    operations += 1;
    rounds += one.rounds;
    most = Math.max(most, one.rounds);
    if (one.tampered) {
      sums.forged += 1;
      if (one.isPast) sums.believed += 1;
    } else if (one.sentUs === undefined) sums.unanswered += 1;
    else if (one.isCut && !one.isPast) sums.cut += 1;
    else {
      sums.answered += 1;
      if (!one.isPast) sums.lost += 1;
    }
  });
  return {
    ...collector,
    result() {
      const none = { notApplicable: 'no call of the journey answers questions, and no task has asked any' };
      if (!answers && operations === 0) return { loss: none, forgery: none };
      const { answered, lost, unanswered, cut, forged, believed } = sums;
      const mean = operations === 0 ? null : rounds / operations;
      return {
        loss: { ...rate(lost, answered), rounds: { mean, max: most }, unanswered, cut },
        forgery: forged === 0 ? { notApplicable: 'no state was altered' } : rate(believed, forged),
      };
    },
  };
}
