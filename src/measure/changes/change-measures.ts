import type { RunSpec } from '../../scenario/index.ts';
import { subscribedIn } from '../../scenario/index.ts';
import type { Collector } from '../collector.ts';
import { quietUntil } from '../facts/quiet-until.ts';
import { latencyHistogram } from '../histogram.ts';
import type { NotApplicable } from '../quantities.ts';
import { rate } from '../rate.ts';
import type { ChangeLedger } from './change-ledger.ts';
import { listenersHeard } from './listeners.ts';
import { notificationsOf } from './notifications.ts';
import type { ChangeFacts, ChangeMetrics } from './types.ts';

export interface ChangeMeasures {
  metrics: ChangeMetrics;
  /** Null where nobody listens for changes. */
  facts: ChangeFacts | null;
}

/** What is said where nothing can be. */
export function noChanges(why: string): ChangeMeasures {
  const never: NotApplicable = { notApplicable: why };
  return {
    metrics: {
      notification_loss: never,
      notification_duplicate: never,
      notification_leak: never,
      change_delay_ms: never,
    },
    facts: null,
  };
}

export const changeMeasureNames = Object.keys(noChanges('').metrics) as (keyof ChangeMetrics)[];

/**
 * `notification_loss`: notifications that never came ÷ those owed, one for each committed change and each client that
 * listened to its topic when it was committed and a second later still. `notification_duplicate`: those that came again ÷
 * all that came. `notification_leak`: those of a topic that the client had not asked for ÷ all that came.
 * `change_delay_ms`: from a change's commit in the ledger to each client being told.
 * @param ledgerKept false: the server keeps no ledger.
 */
export function changeMeasures(
  { scenario }: Pick<RunSpec, 'scenario'>,
  ledger: ChangeLedger,
  ledgerKept: boolean,
): Collector<ChangeMeasures> {
  if (subscribedIn(scenario.workload.journey).length === 0) {
    const nothing = noChanges('no client of the journey listens for changes');
    return { types: [], see: () => {}, result: () => nothing };
  }
  const heard = listenersHeard();
  const until = quietUntil(scenario);
  return {
    types: [...heard.types, 'workload-began'],
    see(event) {
      if (event.type === 'workload-began') until.beginUs = event.atUs;
      else heard.see(event);
    },
    result() {
      const delays = latencyHistogram();
      const found = notificationsOf(heard.result(), ledger, until.endUs, delays.record);
      const { owed, lost, away, listenedAgain, came, again, leaked, quiet } = found;
      const noLedger = { notApplicable: 'the server keeps no ledger of what it has changed' };
      return {
        metrics: {
          notification_loss: ledgerKept
            ? { ...rate(lost, owed), changes: ledger.count, away, listenedAgain }
            : noLedger,
          notification_duplicate: rate(again, came),
          notification_leak: rate(leaked, came),
          change_delay_ms: ledgerKept ? delays.distribution() : noLedger,
        },
        facts: { quiet, owed, lost },
      };
    },
  };
}
