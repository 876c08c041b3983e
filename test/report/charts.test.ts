import type { TopLevelSpec } from 'vega-lite';
import { describe, expect, it } from 'vitest';
import type { ClientStory, Evidence, Series, StoryCall } from '../../src/measure/index.ts';
import {
  availabilityChart,
  compileChart,
  curveOf,
  drawChart,
  latencyChart,
  loadChart,
  logAxis,
  percentilesChart,
  roomForFaults,
  spread,
  storiesChart,
  survivalChart,
  timeAxis,
} from '../../src/report/html/charts/index.ts';
import { letterOf, livesIn, markCalls, markLosses } from '../../src/report/html/charts/story-lanes.ts';
import { exampleResults } from './fixture.ts';
import { noSamples } from './fixture-extremes.ts';

const seriesOf = (results = exampleResults()): Series => {
  const series = results.runs[1]?.series;
  if (!series) throw new Error('the fixture has no second run');
  return series;
};
const axis = timeAxis(10_000);
const log = { low: 1, high: 1000, ticks: [1, 10, 100, 1000] };

const evidenceIn = (results = exampleResults()): Evidence => {
  const evidence = results.runs[1]?.evidence;
  if (!evidence) throw new Error('the fixture has no second run');
  return evidence;
};

const specs = (series: Series, evidence: Evidence): [string, TopLevelSpec][] => [
  ['sessions alive', survivalChart(series, { axis, top: 20 }, 0)],
  ['clients', storiesChart(evidence, series, { axis, top: 20, lanes: 12, replicas: ['r1', 'r2', 'r3'] })],
  ['availability', availabilityChart(series, { axis, top: 20 }, 0)],
  ['latency', latencyChart(series, { axis, log, top: 20 }, 0)],
  ['load', loadChart(series, { axis, perSecondMax: 60, top: 20 }, 0)],
  [
    'percentiles',
    percentilesChart([{ name: 'a', deploymentIndex: 0, points: curveOf(series, 1000) }], log, 'wide'),
  ],
];

describe.each([...specs(seriesOf(), evidenceIn()), ...specs(seriesOf(noSamples()), evidenceIn(noSamples()))])(
  'the chart of %s',
  (_, spec) => {
    it('compiles without a warning', () => {
      expect(compileChart(spec).warnings).toEqual([]);
    });

    it('is drawn for a strict policy: no style, no id, no script, no link', async () => {
      const { text } = await drawChart(spec, 'a "label" <in> words');
      expect(text).toMatch(
        /^<svg class="chart" viewBox="0 0 \d+ \d+" role="img" aria-label="a &quot;label&quot; /,
      );
      expect(text).not.toMatch(/ (style|id|href|on\w+)=|<(style|script|image|defs)|url\(|NaN|undefined/);
    });
  },
);

describe('axes', () => {
  it('of shares and counts begin at zero', () => {
    const text = (spec: TopLevelSpec) => JSON.stringify(spec);
    expect(text(availabilityChart(seriesOf(), { axis, top: 20 }, 0))).toContain('"domain":[0,1]');
    expect(text(survivalChart(seriesOf(), { axis, top: 20 }, 0))).toContain('"domain":[0,1]');
  });

  it('of time name their unit and end with the run', () => {
    expect(timeAxis(10_000)).toEqual({ unitMs: 1000, unit: 's', end: 10, ticks: [0, 2, 4, 6, 8, 10] });
    expect(timeAxis(30 * 60_000)).toMatchObject({ unit: 'min', end: 30, ticks: [0, 5, 10, 15, 20, 25, 30] });
    expect(timeAxis(24 * 3_600_000)).toMatchObject({ unit: 'h', end: 24 });
    expect(timeAxis(0).ticks[0]).toBe(0);
  });

  it('of milliseconds hold every value, with labelled ends', () => {
    expect(logAxis([2.4, 514])).toEqual({ low: 2, high: 1000, ticks: [2, 10, 100, 1000] });
    expect(logAxis([5, 5])).toEqual({ low: 5, high: 50, ticks: [5, 10, 20, 50] });
    expect(logAxis([0, Number.NaN])).toBeUndefined();
  });
});

describe('a percentile curve', () => {
  it('ends at the slowest operation and leaves out what so few cannot tell', () => {
    const nines = curveOf(seriesOf(), 1000).map((point) => point.nines);
    expect(nines.at(-1)).toBeCloseTo(3);
    expect(Math.max(...nines)).toBeCloseTo(3);
    expect(curveOf(seriesOf(), 0)).toEqual([]);
  });
});

describe('labels', () => {
  it('are moved apart, in order and within the chart', () => {
    const moved = spread([100, 101, 99, 2], 200);
    const sorted = [...moved].sort((a, b) => a - b);
    for (let i = 1; i < sorted.length; i++) {
      expect((sorted[i] ?? 0) - (sorted[i - 1] ?? 0)).toBeGreaterThanOrEqual(15);
    }
    expect(moved[2]).toBeLessThan(moved[0] ?? 0);
    expect(Math.max(...spread([198, 199, 200], 200))).toBeLessThanOrEqual(200);
  });

  it('of faults close to each other take several rows, up to three', () => {
    const fault = (startMs: number, i: number) => ({
      fault: i,
      name: 'rolling-restart',
      targets: [],
      startMs,
      endMs: null,
    });
    expect(roomForFaults(axis, [])).toBeLessThan(roomForFaults(axis, [fault(4000, 0)]));
    expect(
      roomForFaults(
        axis,
        [0, 1, 2].map((i) => fault(4000 + i, i)),
      ),
    ).toBe(
      roomForFaults(
        axis,
        [0, 1, 2, 3, 4, 5].map((i) => fault(4000 + i, i)),
      ),
    );
  });
});

describe('the lanes of clients', () => {
  it('letter replicas by their number, or in order where that does not tell them apart', () => {
    expect(['r1', 'r2', 'r10'].map(letterOf(['r1', 'r2', 'r10']))).toEqual(['1', '2', '10']);
    expect(['a1', 'b1'].map(letterOf(['a1', 'b1']))).toEqual(['a', 'b']);
    expect(letterOf(['r1'])('r9')).toBe('?');
  });

  it('write a letter where there is room, and a dot where letters would overlap', () => {
    const [story] = evidenceIn().stories;
    if (!story) throw new Error('the fixture has no story');
    const calls = [0, 50, 400, 450].map((atMs): StoryCall => [atMs, 1, 'r2', 'ok', 'echo']);
    const marks = markCalls({ ...story, calls }, 3, axis, letterOf(['r1', 'r2']));
    expect(marks.map(({ label, lane }) => [label, lane])).toEqual([
      ['2', 3.5],
      ['', 3.5],
      ['2', 3.5],
      ['', 3.5],
    ]);
  });

  it('end a life where its session is lost and begin it anew where one is opened', () => {
    const story: ClientStory = {
      client: 'c1',
      fate: 'crash',
      endMs: 9000,
      turns: [
        { atMs: 1000, what: 'opened', replica: 'r1' },
        { atMs: 4000, what: 'lost', replica: 'r2', cause: 'crash' },
        { atMs: 5000, what: 'opened', replica: 'r2' },
      ],
      calls: [],
      everyNth: { ok: 1, other: 1 },
    };
    expect(livesIn(story, 0, axis)).toEqual([
      { t: 1, end: 4, lane: 0.5 },
      { t: 5, end: 9, lane: 0.5 },
    ]);
    expect(markLosses(story, 0, axis)).toEqual([{ t: 4, lane: 0.5, label: 'P', first: true }]);
  });
});
