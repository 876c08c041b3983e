import { count, duration, plain, truncate } from '../../findings/index.ts';
import type { Mark, TaskLane } from './lane.ts';

/** A lane in words: for those who do not see it, and beside it. */

const wordsMax = 900;

/** What became of it as its client knows: `completed, known after 1.60 s`. */
export function outcomeWords(lane: TaskLane): string {
  const { known, story } = lane;
  const asked = duration((story.toUs - story.fromUs) / 1000);
  if (known === null) return `gave up after ${asked}`;
  const words = `${known.status}, known after ${duration(known.atMs)}`;
  return lacksResult(lane) ? `${words}, its result never came` : words;
}

/** The end is known, but the client did not get what it had called for (2025-11-25 asks for the result apart). */
export function lacksResult({ known, story }: TaskLane): boolean {
  return known?.status === 'completed' && story.outcome === 'info';
}

/** Everything that is drawn, in order; runs of alike marks are told once. */
export function laneWords(lane: TaskLane): string {
  const { story, stretches, marks } = lane;
  const runs: { first: Mark; last: Mark; n: number }[] = [];
  for (const mark of marks) {
    const before = runs.at(-1);
    const alike = before && before.first.by === mark.by && kindWords(before.first) === kindWords(mark);
    if (alike) Object.assign(before, { last: mark, n: before.n + 1 });
    else runs.push({ first: mark, last: mark, n: 1 });
  }
  const told = runs.map(({ first, last, n }) => {
    const when = n === 1 ? duration(first.atMs) : `${duration(first.atMs)} to ${duration(last.atMs)}`;
    const what = n === 1 ? first.words : `${n} × ${kindWords(first)}`;
    return `${when} ${plain(what)}${first.by === '' ? '' : ` (${plain(first.by)})`}`;
  });
  const n = stretches.length;
  const owners =
    n === 0 ? 'no server noted work on it' : `worked on by ${count(n)} process${n === 1 ? '' : 'es'}`;
  const anomaly = story.anomaly === null ? '' : `${plain(story.anomaly)}; `;
  return truncate(
    `Task of ${plain(story.opId)}: ${anomaly}${outcomeWords(lane)}, ${owners}. ${told.join('; ')}.`,
    wordsMax,
  );
}

/** Steps are alike whatever their number. */
function kindWords({ kind, words }: Mark): string {
  return kind === 'step' ? 'step' : words;
}
