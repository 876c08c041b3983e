// Facts: counts that no report shows by themselves; what arithmetic predicts is held against them.
// Each collector keeps quiet where no prediction needs it.
import type { RunSpec } from '../../scenario/index.ts';
import type { ChangeFacts } from '../changes/index.ts';
import type { Collector } from '../collector.ts';
import { type InputFacts, inputFacts } from '../input/index.ts';
import type { LedgerBooks } from '../ledger-books.ts';
import type { RouteJoin } from '../route-join.ts';
import { type StreamFacts, streamFacts } from '../streams/index.ts';
import type { JudgedTask } from '../tasks/index.ts';
import { type Broken, broken } from './broken.ts';
import { type Found, followUps, intendedFollowUps, lookups } from './follow-ups.ts';
import { type Mixing, mixing } from './mixing.ts';
import { type SessionsHeld, sessionsHeld } from './sessions-held.ts';
import { type TaskFacts, taskFacts } from './tasks.ts';
import { type Waits, waits } from './waits.ts';

export type { Found, SessionsHeld, TaskFacts, Waits };

export interface Facts {
  followUps: Found;
  lookups: Found;
  mixing: Mixing;
  /** Sessions by how many follow-ups their clients intended. */
  intendedFollowUps: ReadonlyMap<number, number>;
  sessionsHeld: SessionsHeld | null;
  broken: Broken;
  waits: Waits | null;
  /** Null where no call has a stream. */
  streams: StreamFacts | null;
  /** Null where no call answers questions. */
  input: InputFacts | null;
  /** Null where no call is made as a task. */
  tasks: TaskFacts | null;
  /** Null where nobody listens for changes; see `changes/`. */
  changes: ChangeFacts | null;
}

type OwnFacts = Omit<Facts, 'changes'>;

/** What facts need of the ledger. */
interface Says {
  ledger: Pick<LedgerBooks['ledger'], 'commits'>;
  deeds: Pick<LedgerBooks['deeds'], 'deeds'>;
  taken: LedgerBooks['taken'];
}

export function facts(
  spec: Pick<RunSpec, 'scenario' | 'deployment'>,
  routes: Pick<RouteJoin, 'when'>,
  { ledger, deeds, taken }: Says,
): {
  collectors: Collector<unknown>[];
  /** To be shown every acknowledged task when all events are seen, before `result`. */
  seeTask(task: JudgedTask): void;
  result(): OwnFacts;
} {
  const tasks = taskFacts(spec, deeds.deeds);
  const parts: { [Name in keyof OwnFacts]: Collector<OwnFacts[Name]> } = {
    followUps: followUps(spec),
    lookups: lookups(spec),
    mixing: mixing(spec),
    intendedFollowUps: intendedFollowUps(),
    sessionsHeld: sessionsHeld(spec, routes),
    broken: broken(),
    waits: waits(spec),
    streams: streamFacts(spec, routes, ledger),
    input: inputFacts(spec, routes, taken),
    tasks,
  };
  return {
    collectors: Object.values(parts),
    seeTask: tasks.seeTask,
    result: () => ({
      followUps: parts.followUps.result(),
      lookups: parts.lookups.result(),
      mixing: parts.mixing.result(),
      intendedFollowUps: parts.intendedFollowUps.result(),
      sessionsHeld: parts.sessionsHeld.result(),
      broken: parts.broken.result(),
      waits: parts.waits.result(),
      streams: parts.streams.result(),
      input: parts.input.result(),
      tasks: parts.tasks.result(),
    }),
  };
}
