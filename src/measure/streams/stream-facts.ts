import type { StreamEvent } from '../../record/index.ts';
import { callsOf, type RunSpec } from '../../scenario/index.ts';
import type { Collector } from '../collector.ts';
import type { Ledger } from '../ledger.ts';
import type { RouteJoin } from '../route-join.ts';
import { streamCounts } from './stream-counts.ts';
import type { StreamFacts, StruckStreams } from './types.ts';

interface Life {
  sentUs: number;
  /** When it broke for the first time, or was over. */
  untilUs: number;
  isBroken: boolean;
  how: Extract<StreamEvent, { type: 'stream-ended' }>['how'];
  opId: string;
  replica: string | null;
}

/** What is answered so shortly after a kill had left the process before it; what is sent then may not know of it yet. */
const onItsWayUs = 100_000;

/** Counts of streams that theory is held against: of a run with one crash, or none. Null where no call has a stream. */
export function streamFacts(
  { scenario }: Pick<RunSpec, 'scenario'>,
  routes: Pick<RouteJoin, 'when'>,
  ledger: Pick<Ledger, 'commits'>,
): Collector<StreamFacts | null> {
  if (callsOf(scenario.workload.journey).every((call) => call.stream === undefined)) {
    return { types: [], see: () => {}, result: () => null };
  }
  const counts = streamCounts();
  const crashes = scenario.faults.length === 1 && scenario.faults[0]?.fault === 'crash';
  const lives: Life[] = [];
  const brokenAtUs = new Map<string, number>();
  const sentAgain = { keyed: 0, unkeyed: 0 };
  let cut = 0;
  let target: string | undefined;
  let killedUs: number | undefined;
  return {
    types: [...counts.types, 'fault-began', 'replica-signalled'],
    see(event) {
      counts.see(event);
      if (event.type === 'fault-began') [target] = event.targets;
      else if (event.type === 'replica-signalled') {
        if (event.replica === target && event.signal === 'SIGKILL') killedUs ??= event.atUs;
      } else if (event.type === 'stream-broken') {
        if (brokenAtUs.has(event.stream)) return;
        brokenAtUs.set(event.stream, event.atUs);
        if (!event.dropped) cut += 1;
      } else if (event.type === 'stream-ended') {
        const brokeUs = brokenAtUs.get(event.stream);
        brokenAtUs.delete(event.stream);
        // `<operation>/<attempt>`: its second stream says that it was sent again.
        if (event.stream.endsWith('/2')) sentAgain[event.keyed ? 'keyed' : 'unkeyed'] += 1;
        if (!crashes) return;
        const { sentUs, atUs, how, opId } = event;
        const life: Life = {
          sentUs,
          untilUs: brokeUs ?? atUs,
          isBroken: brokeUs !== undefined,
          how,
          opId,
          replica: null,
        };
        lives.push(life);
        routes.when(event.requestId, ({ replica }) => {
          life.replica = replica;
        });
      }
    },
    result: () => ({
      counts: counts.result(),
      sentAgain,
      cut,
      struck: killedUs === undefined ? null : struckBy(lives, { target, killedUs }, ledger),
    }),
  };
}

function struckBy(
  lives: readonly Life[],
  { target, killedUs }: { target: string | undefined; killedUs: number },
  ledger: Pick<Ledger, 'commits'>,
): StruckStreams {
  const there = lives.filter((life) => life.replica === target);
  const held = there.filter((life) => life.sentUs < killedUs && life.untilUs >= killedUs);
  const answered = held.filter((life) => !life.isBroken && life.untilUs - killedUs < onItsWayUs);
  // Sent over a connection that nobody had noticed to be dead.
  const tooLate = there.filter(
    (life) => life.isBroken && life.sentUs >= killedUs && life.sentUs - killedUs < onItsWayUs,
  );
  const broken = held.filter((life) => life.isBroken);
  const alive = lives.filter((life) => life.replica !== target || life.sentUs >= killedUs);
  return {
    held: held.length - answered.length,
    inDoubt: answered.length + tooLate.length,
    broken: broken.length,
    committed: broken.filter(({ opId }) => ledger.commits(opId) > 0).length,
    unanswered: broken.filter(({ how }) => how !== 'answered').length,
    late: alive.filter(({ isBroken, how }) => !isBroken && how === 'timeout').length,
  };
}
