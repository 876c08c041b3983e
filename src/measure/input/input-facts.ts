import { callsOf, type RunSpec } from '../../scenario/index.ts';
import type { Collector } from '../collector.ts';
import { quietUntil } from '../facts/quiet-until.ts';
import type { RouteJoin } from '../route-join.ts';
import { type AskedOperation, askedOperations } from './asked-operations.ts';
import type { TakenAnswers } from './taken-answers.ts';
import type { InputFacts } from './types.ts';

/** What was sent so shortly before a kill may not have been taken, and may have been. */
const onItsWayUs = 100_000;

/** Counts of questions that theory is held against: of a run with one crash, or none. Null where no call says that it answers any. */
export function inputFacts(
  { scenario }: Pick<RunSpec, 'scenario'>,
  routes: Pick<RouteJoin, 'when'>,
  taken: TakenAnswers,
): Collector<InputFacts | null> {
  if (callsOf(scenario.workload.journey).every(({ answers }) => answers === undefined)) {
    return { types: [], see: () => {}, result: () => null };
  }
  const crashes = scenario.faults.length === 1 && scenario.faults[0]?.fault === 'crash';
  const asked: { operation: AskedOperation; replica: string | null }[] = [];
  const until = quietUntil(scenario);
  const all = { answered: 0, lost: 0 };
  const quiet = { answered: 0, lost: 0 };
  let target: string | undefined;
  let killedUs: number | undefined;
  const operations = askedOperations(taken, (operation) => {
    if (operation.tampered || operation.sentUs === undefined || (operation.isCut && !operation.isPast))
      return;
    for (const sums of operation.sentUs < until.endUs ? [all, quiet] : [all]) {
      sums.answered += 1;
      if (!operation.isPast) sums.lost += 1;
    }
    if (!crashes) return;
    const one = { operation, replica: null as string | null };
    asked.push(one);
    if (operation.requestId === null) return;
    routes.when(operation.requestId, ({ replica }) => {
      one.replica = replica;
    });
  });
  return {
    types: [...operations.types, 'workload-began', 'fault-began', 'replica-signalled'],
    see(event) {
      operations.see(event);
      if (event.type === 'workload-began') until.beginUs = event.atUs;
      else if (event.type === 'fault-began') [target] = event.targets;
      else if (event.type === 'replica-signalled') {
        if (event.replica === target && event.signal === 'SIGKILL') killedUs ??= event.atUs;
      }
    },
    result() {
      if (killedUs === undefined) return { ...all, quiet, struck: null };
      const atUs = killedUs;
      const held = asked.filter(
        ({ operation, replica }) => replica === target && operation.askedUs < atUs + onItsWayUs,
      );
      const sentBy = (us: number) =>
        held.filter(({ operation }) => (operation.sentUs ?? 0) > us && operation.askedUs < atUs).length;
      const open = sentBy(atUs);
      return { ...all, quiet, struck: { open, inDoubt: sentBy(atUs - onItsWayUs) - open } };
    },
  };
}
