import type { ClientStory, Evidence, Fate, Turn } from '../../../measure/index.ts';
import { onAxis, pixelOf, type TimeAxis } from './time-axis.ts';

/** Where the marks of a client's lane stand; `lane` is its middle, counted from the top. */

/** Half of the mark of a loss, and half of a letter: so close to it no letter is written. */
const lossGap = 11.5;
/** Two letters need so many pixels; of calls that are closer, the later is drawn as a dot. */
const letterGap = 8.5;

/** The letter on a loss; a shape of its own, so that no colour is needed to tell it. */
export const lossLetters: Record<Exclude<Fate, 'failed' | 'kept'>, string> = {
  crash: 'P',
  misroute: 'M',
  expiry: 'E',
  unattributed: '?',
  'state-missing': 'S',
};

const fates: Fate[] = ['crash', 'misroute', 'expiry', 'unattributed', 'state-missing', 'failed', 'kept'];

/** The stories in the order of their lanes: by what they met, then by arrival. */
export function lanesOf(evidence: Evidence): ClientStory[] {
  return [...evidence.stories].sort((a, b) => fates.indexOf(a.fate) - fates.indexOf(b.fate));
}

/** All replicas that the stories name, in natural order. */
export function replicasIn(evidences: Evidence[]): string[] {
  const names = new Set<string>();
  for (const { calls, turns } of evidences.flatMap((evidence) => evidence.stories)) {
    for (const [, , replica] of calls) if (replica !== null) names.add(replica);
    for (const { replica } of turns) if (replica !== null) names.add(replica);
  }
  return [...names].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** `r1` is `1` where that tells the replicas apart; else they are lettered in their order. */
export function letterOf(replicas: string[]): (replica: string) => string {
  const numbers = replicas.map((name) => /\d{1,2}$/.exec(name)?.[0] ?? '');
  const clear = !numbers.includes('') && new Set(numbers).size === numbers.length;
  const letters = replicas.map((_, i) => (clear ? (numbers[i] ?? '') : String.fromCharCode(97 + (i % 26))));
  return (replica) => letters[replicas.indexOf(replica)] ?? '?';
}

/** From the arrival to the leave, with gaps where the client had no session. */
export function livesIn(story: ClientStory, lane: number, axis: TimeAxis) {
  const end = onAxis(axis, story.endMs ?? Number.POSITIVE_INFINITY);
  const begins = story.turns.filter((turn) => turn.what === 'opened');
  const firstCallMs = story.calls[0]?.[0] ?? story.turns[0]?.atMs;
  if (begins.length === 0) {
    return firstCallMs === undefined ? [] : [{ t: onAxis(axis, firstCallMs), end, lane: lane + 0.5 }];
  }
  return begins.map((begin) => {
    const until = story.turns.find(
      (turn) => turn.atMs >= begin.atMs && (turn.what === 'lost' || turn.what === 'closed'),
    );
    return { t: onAxis(axis, begin.atMs), end: until ? onAxis(axis, until.atMs) : end, lane: lane + 0.5 };
  });
}

/** Calls that were sent: the letter of their replica, or a dot where letters would overlap. */
export function markCalls(
  story: ClientStory,
  lane: number,
  axis: TimeAxis,
  letter: (replica: string) => string,
) {
  let free = Number.NEGATIVE_INFINITY;
  const [loss] = lossesOf(story);
  const lossPixel = loss ? pixelOf(axis, onAxis(axis, loss.atMs)) : Number.NEGATIVE_INFINITY;
  const sent = story.calls.filter(([, , , outcome]) => outcome !== 'not-sent');
  return sent.map(([atMs, , replica, outcome]) => {
    const t = onAxis(axis, atMs);
    const pixel = pixelOf(axis, t);
    const written = pixel >= free && Math.abs(pixel - lossPixel) > lossGap;
    if (written) free = pixel + letterGap;
    const label = replica === null ? '·' : letter(replica);
    return {
      t,
      lane: lane + 0.5,
      replica: replica ?? '',
      label: written ? label : '',
      failed: written && outcome !== 'ok',
    };
  });
}

/** The first loss with its letter; those of the sessions that came after it are small. */
export function markLosses(story: ClientStory, lane: number, axis: TimeAxis) {
  return lossesOf(story).map((turn, i) => ({
    t: onAxis(axis, turn.atMs),
    lane: lane + 0.5,
    label: lossLetters[turn.what === 'lost' ? (turn.cause ?? 'unattributed') : 'state-missing'],
    first: i === 0,
  }));
}

function lossesOf(story: ClientStory): Turn[] {
  return story.turns.filter((turn) => turn.what === 'lost' || turn.what === 'state-missing');
}
