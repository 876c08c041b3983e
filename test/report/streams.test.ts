import { describe, expect, it } from 'vitest';
import { experimentOf, numberRows } from '../../src/report/findings/index.ts';
import { renderHtml } from '../../src/report/index.ts';
import type { Results } from '../../src/verdict/index.ts';
import { oneCrash, rateOf } from './fixture.ts';
import { words } from './words.ts';

/** A crash under streams: of 200, 7 broke, all were taken up again, and none of those was answered; nor were two others. */
function streamResults(): Results {
  const results = oneCrash();
  for (const run of results.runs) {
    run.metrics.stream_loss = {
      ...rateOf(2, 1900),
      streams: { opened: 200, broken: 7, resumed: 7, refused: 0, unanswered: 7, timedOut: 9 },
      unjudged: 3,
    };
    run.metrics.stream_duplicate = rateOf(0, 1900);
    run.metrics.stream_leak = rateOf(1, 1901);
  }
  return results;
}

const rowsOf = (results: Results) => {
  const [scenario] = experimentOf(results).scenarios;
  return numberRows(scenario?.cells ?? []).filter(({ group }) => group === 'Streams');
};

describe('the numbers of streams', () => {
  it('say what came of them, and what is not known', async () => {
    const rows = rowsOf(streamResults()).map(({ id, cells: [first] }) => [id, first?.text, first?.tone]);
    expect(rows).toEqual([
      ['stream_loss', '2 of 1,900', 'lost'],
      ['stream_loss.streams', '7 of 200', 'lost'],
      ['stream_duplicate', '0 of 1,900', 'plain'],
      ['stream_leak', '1 of 1,901', 'lost'],
    ]);
    const text = words(await renderHtml(streamResults()));
    expect(text).toContain('7 resumed, 0 refused the rest, 7 without a response in the end');
    expect(text).toContain('of all, 9 were waited for until the deadline');
    expect(text).toContain('of 3 more it is not known whether they came');
  });

  it('are not there where no call has a stream', () => {
    expect(rowsOf(oneCrash())).toEqual([]);
  });
});
