import type { TaskStory } from '../../../measure/index.ts';
import type { TaskStatus } from '../../../record/index.ts';

/** What is drawn of a task, in milliseconds since its call was due: who worked on it, and what its client learned. */
export interface TaskLane {
  story: TaskStory;
  /** The last that is known of it; what comes long after that is left to `results.json`. */
  endMs: number;
  stretches: Stretch[];
  marks: Mark[];
  /** When its client first knew a final state, and which; null: it never did. */
  known: { atMs: number; status: TaskStatus } | null;
}

/** A process that worked on a task. */
export interface Stretch {
  replica: string;
  boot: number;
  fromMs: number;
  toMs: number;
  /** 1: it worked while another one did, so that it has a row of its own. */
  row: 0 | 1;
}

export type MarkKind =
  /** Not drawn: its stretch begins there. */
  | 'stored'
  | 'step'
  | 'owner-end'
  | 'taken-over'
  | 'retried'
  | 'input'
  | 'commit'
  | 'completed'
  | 'failed'
  | 'cancelled'
  | 'expired'
  | 'due'
  | 'handle'
  | 'asked'
  | 'told'
  | 'cancel'
  | 'unknown'
  | 'no-answer'
  | 'known'
  | 'gave-up';

export interface Mark {
  atMs: number;
  kind: MarkKind;
  /** Of the stretch it stands on; null: it is the client's. */
  row: 0 | 1 | null;
  /** As a reader is told of it, e.g. `step 3`, `asked: working`. */
  words: string;
  /** `r2, its process no. 1`; empty if it is the client's. */
  by: string;
}

const finals: readonly (TaskStatus | null)[] = ['completed', 'failed', 'cancelled'];

/** The marks in order of time. */
export function laneOf(story: TaskStory): TaskLane {
  const ageOf = (atUs: number) => Math.max(0, atUs - story.fromUs) / 1000;
  const stretches = stretchesOf(story, ageOf);
  const rowOf = (replica: string, boot: number) =>
    stretches.find((one) => one.replica === replica && one.boot === boot)?.row ?? 0;
  const deeds = story.deeds.map((deed): Mark => {
    const [kind, words] = deedMarks[deed.what];
    const step = deed.step === undefined ? '' : ` ${deed.step}`;
    return {
      atMs: ageOf(deed.atUs),
      kind,
      row: rowOf(deed.replica, deed.boot),
      words: `${words}${step}`,
      by: processOf(deed),
    };
  });
  const ends = story.ownerEnds.map(
    (end): Mark => ({
      atMs: ageOf(end.atUs),
      kind: 'owner-end',
      row: rowOf(end.replica, end.boot),
      words: 'the process that owned it ended',
      by: processOf(end),
    }),
  );
  const final = story.sights.find(({ status }) => finals.includes(status));
  const sights = story.sights.map(
    (sight): Mark => ({
      atMs: ageOf(sight.atUs),
      row: null,
      by: '',
      ...sightMark(sight, sight === final),
    }),
  );
  const known = final?.status ? { atMs: ageOf(final.atUs), status: final.status } : null;
  const gaveUp: Mark[] =
    known === null ? [{ atMs: ageOf(story.toUs), kind: 'gave-up', row: null, words: 'gave up', by: '' }] : [];
  const due: Mark = { atMs: 0, kind: 'due', row: null, words: 'call due', by: '' };
  const marks = [due, ...deeds, ...ends, ...sights, ...gaveUp].sort((a, b) => a.atMs - b.atMs);
  const lasting = marks.filter(({ kind }) => kind !== 'expired' && kind !== 'owner-end');
  return { story, stretches, marks, known, endMs: Math.max(0, ...lasting.map(({ atMs }) => atMs)) };
}

const deedMarks: Record<TaskStory['deeds'][number]['what'], [MarkKind, string]> = {
  created: ['stored', 'stored by the server'],
  'taken-over': ['taken-over', 'taken over'],
  step: ['step', 'step'],
  'input-required': ['input', 'waits for its client'],
  retried: ['retried', 'begun again by the server'],
  commit: ['commit', 'effect committed'],
  completed: ['completed', 'completed'],
  failed: ['failed', 'failed'],
  cancelled: ['cancelled', 'cancelled'],
  expired: ['expired', 'forgotten by the server'],
};

function sightMark(
  { how, status, why }: TaskStory['sights'][number],
  first: boolean,
): Pick<Mark, 'kind' | 'words'> {
  if (how === 'created') return { kind: 'handle', words: 'the client has the handle' };
  const verb = {
    get: 'asked',
    result: 'asked for the result',
    cancel: 'asked to cancel',
    update: 'gave input',
    notification: 'notified',
  }[how];
  const said = status ?? why ?? 'no answer';
  const words = `${verb}: ${said}`;
  if (first) return { kind: 'known', words };
  if (status === null) return { kind: isUnknown(why) ? 'unknown' : 'no-answer', words };
  if (how === 'notification') return { kind: 'told', words };
  return { kind: how === 'cancel' ? 'cancel' : 'asked', words };
}

/** A task that was there is not known any more; anything else is an answer that did not come. */
function isUnknown(why = ''): boolean {
  return why.startsWith('unknown-task') || why.startsWith('unknown-session');
}

function stretchesOf({ deeds, ownerEnds }: TaskStory, ageOf: (atUs: number) => number): Stretch[] {
  const spans = new Map<string, Stretch>();
  for (const { what, replica, boot, atUs } of deeds) {
    if (what === 'expired') continue;
    const atMs = ageOf(atUs);
    const known = spans.get(`${replica} ${boot}`);
    if (known) known.toMs = Math.max(known.toMs, atMs);
    else spans.set(`${replica} ${boot}`, { replica, boot, fromMs: atMs, toMs: atMs, row: 0 });
  }
  for (const { replica, boot, atUs } of ownerEnds) {
    const span = spans.get(`${replica} ${boot}`);
    const isOver = deeds.some((deed) => deed.atUs <= atUs && finals.includes(deed.what as TaskStatus));
    // What it had written last does not say when it stopped working; its end does, if there was work left.
    if (span && !isOver) span.toMs = Math.max(span.toMs, ageOf(atUs));
  }
  const list = [...spans.values()].sort((a, b) => a.fromMs - b.fromMs);
  let freeMs = Number.NEGATIVE_INFINITY;
  for (const span of list) {
    if (span.fromMs < freeMs) span.row = 1;
    else freeMs = span.toMs;
  }
  return list;
}

function processOf({ replica, boot }: { replica: string; boot: number }): string {
  return boot > 1 ? `${replica}, its process no. ${boot}` : replica;
}
