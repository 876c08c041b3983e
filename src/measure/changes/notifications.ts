import type { ChangeLedger } from './change-ledger.ts';
import type { Heard } from './listeners.ts';

/** What clients were owed, and what they were told. */
export interface Notifications {
  owed: number;
  lost: number;
  away: { changes: number; missed: number };
  listenedAgain: number;
  /** All that came, what came again, and what nobody had asked for. */
  came: number;
  again: number;
  leaked: number;
  /** Before `quietUntilUs`. */
  quiet: { changes: number; owed: number; came: number };
}

/** A stream that lasts so long after a commit has had time to tell of it. */
const graceUs = 1_000_000;

/**
 * A client is owed a change of its topic if it listened when that was committed, and a second later still. What it
 * missed while it did not listen is counted apart.
 * @param onDelay is told how long after its commit each change came that was told of, in microseconds.
 */
export function notificationsOf(
  clients: readonly Heard[],
  ledger: ChangeLedger,
  quietUntilUs: number,
  onDelay: (us: number) => void,
): Notifications {
  const sums: Notifications = {
    ...{ owed: 0, lost: 0, away: { changes: 0, missed: 0 }, listenedAgain: 0 },
    ...{ came: 0, again: 0, leaked: 0, quiet: { changes: 0, owed: 0, came: 0 } },
  };
  const quietChanges = new Set<object>();
  for (const { topics, listenings, seen } of clients) {
    sums.listenedAgain += Math.max(0, listenings.length - 1);
    for (const topic of topics) {
      const told = seen.get(topic);
      for (const change of ledger.of(topic)) {
        const fate = fateOf(change.atUs, listenings);
        if (fate === 'none') continue;
        const came = told?.has(change.value) === true;
        if (fate === 'away') {
          sums.away.changes += 1;
          if (!came) sums.away.missed += 1;
          continue;
        }
        sums.owed += 1;
        if (!came) sums.lost += 1;
        if (change.atUs >= quietUntilUs) continue;
        quietChanges.add(change);
        sums.quiet.owed += 1;
        if (came) sums.quiet.came += 1;
      }
    }
    for (const [topic, values] of seen) {
      for (const [value, { atUs, times }] of values) {
        sums.came += times;
        const change = value === null ? undefined : ledger.find(topic, value);
        if (!topics.has(topic)) sums.leaked += times;
        else if (value !== null) sums.again += times - 1;
        // A replica may tell of what another has committed and not yet noted.
        if (change !== undefined) onDelay(Math.max(0, atUs - change.atUs));
      }
    }
  }
  sums.quiet.changes = quietChanges.size;
  return sums;
}

/** `none`: it had not begun to listen, or had left for good. */
function fateOf(atUs: number, listenings: Heard['listenings']): 'owed' | 'away' | 'none' {
  const [first] = listenings;
  const last = listenings.at(-1);
  if (first === undefined || last === undefined || atUs <= first.beganUs) return 'none';
  const during = listenings.find(({ beganUs, endedUs }) => beganUs < atUs && atUs < endedUs);
  if (during !== undefined && during.endedUs >= atUs + graceUs) return 'owed';
  // The last second before it leaves for good says nothing.
  if (during === last || atUs >= last.endedUs) return 'none';
  return 'away';
}
