import { describe, expect, it } from 'vitest';
import { widthOf, wrap } from '../../src/core/index.ts';
import { renderConsole } from '../../src/report/index.ts';
import { exampleResults } from './fixture.ts';
import {
  cutShort,
  eightDeployments,
  failing,
  hostileResults,
  noSamples,
  oneDeployment,
  repeated,
} from './fixture-extremes.ts';

const text = (results = exampleResults(), columns = 100) =>
  renderConsole(results, { colour: false, columns });

describe('the console report', () => {
  it.each([
    ['the example', exampleResults()],
    ['one deployment', oneDeployment()],
    ['eight deployments', eightDeployments()],
    ['repeats', repeated()],
    ['a failure', failing()],
    ['no samples', noSamples()],
    ['an experiment cut short', cutShort()],
    ['hostile names', hostileResults()],
  ])('fits its columns with %s', (_, results) => {
    for (const columns of [100, 80, 60, 40]) {
      const widths = text(results, columns).split('\n').map(widthOf);
      expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
    }
  });

  it('says in a line how each deployment compares with the first, given enough runs', () => {
    const results = exampleResults({ scenarios: ['crash'], repeats: 10 });
    const names = { scenario: 'crash', baseline: 'stateful-round-robin', candidate: 'stateless' };
    const alike = { ...names, runs: [10, 10] as [number, number], runsNeeded: 5, measures: [], reason: '' };
    const of = (...comparisons: typeof results.comparisons) => text({ ...results, comparisons });
    expect(of({ ...alike, verdict: 'no-difference' })).toContain(
      'stateless against stateful-round-robin, 10 runs a side: no difference',
    );
    expect(of({ ...alike, runs: [4, 10], verdict: 'unknown' })).not.toContain('against');
    const differing = of({
      ...alike,
      verdict: 'difference',
      measures: [
        {
          kind: 'count',
          metric: 'state_loss',
          baseline: { numerator: 0, denominator: 60 },
          candidate: { numerator: 2, denominator: 60 },
          verdict: 'more',
          reason: '',
        },
        {
          kind: 'time',
          metric: 'latency_ms.p99',
          baseline: 10,
          candidate: 12,
          ratio: 1.2,
          interval: [1.1, 1.3],
          pValue: 0.00042,
          verdict: 'regression',
          reason: '',
        },
      ],
    });
    expect(differing.replaceAll(/\s+/g, ' ')).toContain(
      'state_loss 2 of 60, not 0 of 60; latency_ms.p99 regression, 1.20 × (95 % interval 1.10 to 1.30, p = 0.00042)',
    );
  });

  it('puts the deployments of the example side by side, one table per scenario', () => {
    const lines = text().split('\n');
    expect(lines.filter((line) => line.startsWith('sessions lost'))).toHaveLength(3);
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^sessions lost +60 of 60 \(expected\) +60 of 60 \(expected\) +no session to lose$/,
      ),
    );
  });

  it('splits eight deployments into several tables', () => {
    expect(text(eightDeployments()).match(/^sessions lost/gm)).toHaveLength(9);
  });

  it('tells an expected loss from one that was not, and lists what did not pass', () => {
    const report = text(failing());
    expect(report).toContain('3 of 60 (not expected)');
    expect(report).toMatch(/^FAIL {4}stateless, no-state-loss: 3 of 60, limit 0\. A handle must outlive/m);
    expect(report).toMatch(/^unknown stateful-sticky, generator-on-time: 83 ms late/m);
    expect(report).toMatch(/^warning, stateful-sticky: The event loop stood still/m);
    expect(report).toContain('(expected): the scenario had declared this loss');
    expect(report).toMatch(/^FAIL {2}48 checks: 46 pass, 1 fail, 1 unknown$/m);
  });

  it('says why a measure is n/a, and that an experiment was cut short', () => {
    expect(text()).toMatch(/^n\/a, recovery: a scale-out takes nothing away/m);
    expect(text(cutShort())).toMatch(/^Cut short: Ctrl-C after 4 of 9 runs$/m);
    expect(text(cutShort())).toContain('not run');
  });

  it('has colour only if asked, and lets no escape sequence of a server through', () => {
    expect(text(hostileResults())).not.toContain('\u001b');
    expect(text(hostileResults())).not.toContain('\u202e');
    const coloured = renderConsole(exampleResults(), { colour: true, columns: 100 });
    expect(coloured).toContain('\u001b[31m60 of 60 (expected)');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the sequences themselves.
    expect(coloured.replace(/\u001b\[\d+m/g, '').replace(/ +$/gm, '')).toBe(text().replace(/ +$/gm, ''));
  });

  it('leaves no space at the end of a line', () => {
    expect(text()).not.toMatch(/ $/m);
  });
});

describe('wrap', () => {
  it('breaks at spaces, then after hyphens, then anywhere', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrap('stateful-round-robin', 10)).toEqual(['stateful-', 'round-', 'robin']);
    expect(wrap('abcdefghij', 4)).toEqual(['abcd', 'efgh', 'ij']);
    expect(wrap('日本語日本', 4)).toEqual(['日本', '語日', '本']);
  });
});
