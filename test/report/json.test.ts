import { describe, expect, it } from 'vitest';
import { renderJson, reporters } from '../../src/report/index.ts';
import { exampleResults } from './fixture.ts';
import { hostileResults } from './fixture-extremes.ts';

describe('the json report', () => {
  it.each([
    ['the example', exampleResults()],
    ['hostile text', hostileResults()],
  ])('holds everything of %s', (_, results) => {
    expect(JSON.parse(renderJson(results))).toEqual(JSON.parse(JSON.stringify(results)));
  });

  it('is the same for the same results, whatever the order in which they were put together', () => {
    const results = exampleResults();
    const { runs, environment, ...rest } = results;
    const packages = Object.fromEntries(Object.entries(environment.packages).reverse());
    const shuffled = { runs, environment: { ...environment, packages }, ...rest };
    expect(renderJson(shuffled)).toBe(renderJson(results));
  });

  it('begins with what it is, and takes one line per point of a series', () => {
    const text = renderJson(exampleResults());
    expect(text.startsWith('{\n  "schemaVersion": 1,\n  "tool": { "name": "mcp-windtunnel"')).toBe(true);
    expect(text).toMatch(/^ +\{ "startMs": 250, "intended": \d+, "ok": \d+, .*\},$/m);
    expect(text.endsWith('}\n')).toBe(true);
  });
});

describe('the table of reporters', () => {
  it('renders each', async () => {
    for (const reporter of Object.values(reporters)) {
      expect((await reporter.render(exampleResults())).length).toBeGreaterThan(1000);
      expect(reporter.description).not.toBe('');
    }
  });
});
