import type { Boots } from './boots.ts';
import type { ClientHistory } from './client-history.ts';
import type { ClientStory, Fate, StoryCall, Turn } from './evidence-types.ts';
import { type LossCause, lossCause } from './loss-cause.ts';

/** The story of a client, from what was kept of it. */
export function storyOf(history: ClientHistory, run: { beginUs: number; lives: Boots }): ClientStory {
  const at = (us: number) => Math.round(us - run.beginUs) / 1000;
  const turns: Turn[] = history.notOpenedUs.map((us) => ({
    atMs: at(us),
    what: 'not-opened',
    replica: null,
  }));
  const causes: LossCause[] = [];
  for (const { openedUs, real, opened, lost, closedUs } of history.sessions) {
    if (!real) continue;
    turns.push({ atMs: at(openedUs), what: 'opened', replica: opened?.replica ?? null });
    if (closedUs !== undefined) turns.push({ atMs: at(closedUs), what: 'closed', replica: null });
    if (!lost) continue;
    const cause = lossCause(run.lives, lost.atUs, opened, lost.answered);
    causes.push(cause);
    const { requestId, answered } = lost;
    turns.push({ atMs: at(lost.atUs), what: 'lost', replica: answered?.replica ?? null, cause, requestId });
  }
  const missing = history.stateMissing;
  if (missing) {
    const { endUs, requestId, route } = missing;
    const inExchange = requestId === null ? {} : { requestId };
    turns.push({ atMs: at(endUs), what: 'state-missing', replica: route?.replica ?? null, ...inExchange });
  }
  turns.sort((a, b) => a.atMs - b.atMs);
  return {
    client: history.client,
    fate: fateOf(history, causes),
    endMs: history.endUs === null ? null : at(history.endUs),
    turns,
    calls: history.calls.map(
      ({ startUs, endUs, route, outcome, tool }): StoryCall => [
        at(startUs),
        Math.round(endUs - startUs) / 1000,
        route?.replica ?? null,
        outcome,
        tool,
      ],
    ),
    everyNth: history.everyNth,
  };
}

/** The first session decides, as in `session_loss`; then the state, then the calls. */
function fateOf(history: ClientHistory, [first]: LossCause[]): Fate {
  if (first) return first;
  if (history.stateMissing) return 'state-missing';
  return history.seen.other > 0 ? 'failed' : 'kept';
}
