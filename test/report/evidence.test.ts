import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/report/index.ts';
import type { Results, RunResult } from '../../src/verdict/index.ts';
import { exampleResults, oneCrash } from './fixture.ts';
import { hostileResults } from './fixture-extremes.ts';
import { words } from './words.ts';

/** What the page says of single exchanges and of predictions; how it is used is in `page-use.test.ts`. */

const changed = (change: (run: RunResult) => void): Results => {
  const results = oneCrash();
  results.runs.forEach(change);
  return results;
};
const exchanges = async (results: Results) => {
  const page = await renderHtml(results);
  return [...page.matchAll(/<details class="exchange" [\s\S]*?<\/details>/g)].map(([text]) => text);
};

describe('an exchange', () => {
  it('shows request and answer, where it went, whose session it was and what the ledger says', async () => {
    const [first = ''] = await exchanges(oneCrash());
    const text = words(first);
    for (const said of [
      'session lost with its process tools/call basket_add → HTTP 404',
      'Went to r2, its process no. 1',
      'Session of r1, its process no. 1, which was gone by then',
      'Judged as unknown-session · -32001 · Session not found',
      'commit on r2, its process no. 1',
      'POST /mcp content-type: application/json',
      'mcp-session-id: c96fe1c9-6346-48be-9182-4eb1943e8d9c',
      '&quot;method&quot;: &quot;tools/call&quot;',
    ]) {
      expect(text).toContain(said);
    }
  });

  it('says what came instead of an answer, and what was begun and never committed', async () => {
    const broken = words((await exchanges(oneCrash())).at(-1) ?? '');
    expect(broken).toContain('broken tools/call work → broken');
    expect(broken).toContain('Answer None: socket hang up');
    expect(broken).toMatch(/Ledger begin on r2, its process no. 1 at [\d.]+ s Request/);
  });

  it('says why the ledger is silent', async () => {
    const silent = async (change: (run: RunResult) => void) =>
      words((await exchanges(changed(change)))[0] ?? '');
    const nothing = await silent(({ evidence }) => {
      for (const one of evidence.exchanges) one.ledger = [];
    });
    expect(nothing).toMatch(/Ledger nothing: no server began c\d+\.4/);
    expect(
      await silent((run) => {
        run.evidence.noLedger = 'the server keeps no ledger';
      }),
    ).toContain('Ledger the server keeps no ledger');
    expect(
      await silent(({ evidence }) =>
        evidence.exchanges.forEach((one) => {
          one.opId = null;
        }),
      ),
    ).toContain('Ledger no operation of the application was asked for');
  });

  it('keeps foreign text as text, with its lines and without control characters', async () => {
    const [first = ''] = await exchanges(hostileResults());
    expect(first).toContain('&lt;/script&gt;&lt;/pre&gt;&lt;script&gt;');
    for (const unsafe of ['<script', '<img', '\u001b', '\u202e']) expect(first).not.toContain(unsafe);
  });

  it('is one of so many that the page stays small, every kind among them', async () => {
    const results = changed((run) => {
      const [one] = run.evidence.exchanges;
      if (!one) return;
      run.evidence.exchanges = Array.from({ length: 24 }, (_, i) => ({
        ...one,
        requestId: `x-${i}`,
        about: i === 23 ? 'timeout' : one.about,
        answer: { status: 500, headers: [], body: 'y'.repeat(4096), bodyBytes: 50_000_000 },
      }));
    });
    const crowd = {
      ...results,
      runs: Array.from({ length: 30 }, (_, repeat) => ({ ...results.runs[0], repeat })),
    };
    const shown = await exchanges(crowd as Results);
    expect(shown).toHaveLength(8);
    expect(words(shown.join(' '))).toContain(': timeout');
    expect(shown[0]?.length).toBeLessThan(6000);
    expect(shown[0]).toContain('… of 50,000,000 bytes');
  });
});

describe('a prediction', () => {
  it('stands beside what was measured, with formula, source and interval, and in the row of its check', async () => {
    const page = words(await renderHtml(oneCrash()));
    expect(page).toMatch(
      /sessions lost when one of 3 replicas crashes session_loss 1\/N = 1\/3 sessions are spread evenly over N replicas 33\.3 % 18\.0 % to 50\.0 % [\d.]+ % agrees/,
    );
    expect(page).toMatch(/session_loss \d+ of 60 10 % to 60 % 33\.3 % 18\.0 % to 50\.0 % Pass/);
  });

  it('that nothing could be measured for is unknown', async () => {
    const page = words(
      await renderHtml(
        changed((run) => {
          run.predictions = run.predictions.map((one) => ({
            ...one,
            measured: null,
            verdict: 'unknown',
            reason: 'no session was opened',
          }));
        }),
      ),
    );
    expect(page).toMatch(/50\.0 % no sample unknown no session was opened/);
    expect(page).not.toContain('Differs from theory');
  });

  it('is not made for results of which theory says nothing', async () => {
    expect(
      await renderHtml(
        changed((run) => {
          run.predictions = [];
        }),
      ),
    ).not.toContain('Predicted and measured');
  });
});

it('gives each loss in the matrix its share and its interval', async () => {
  const page = words(await renderHtml(exampleResults()));
  expect(page).toContain('60 of 60 sessions lost expected 100 % (94.0–100 %)');
  expect(page).toContain('0 of 60 journeys lost state 0 % (0–6.0 %)');
});

it('holds deployments against each other where there are repeats enough', async () => {
  const results = oneCrash();
  results.comparisons = [
    {
      scenario: 'crash',
      baseline: 'stateful-round-robin',
      candidate: 'stateful-sticky',
      runs: [5, 5],
      runsNeeded: 5,
      measures: [
        {
          kind: 'count',
          metric: 'session_loss',
          baseline: { numerator: 300, denominator: 300 },
          candidate: { numerator: 100, denominator: 300 },
          verdict: 'fewer',
          reason: '',
        },
      ],
      verdict: 'difference',
      reason: '',
    },
  ];
  expect(words(await renderHtml(results))).toContain(
    'stateful-sticky against stateful-round-robin, 5 runs a side: session_loss 100 of 300, not 300 of 300',
  );
  results.comparisons = results.comparisons.map((one) => ({ ...one, runs: [1, 1] }));
  expect(words(await renderHtml(results))).not.toContain('Deployments compared over repeats');
});
