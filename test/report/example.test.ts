import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Results } from '../../src/verdict/index.ts';
import { root } from '../support/plan.ts';
import { words } from './words.ts';

/** The committed example is one experiment, whole and sound. `npm run example` makes it anew. */

const text = (name: string) => readFileSync(join(root, 'reports/example', name), 'utf8');

it('is a sound run of the default experiment, and its page shows these results', () => {
  const results = JSON.parse(text('results.json')) as Results;
  const page = text('report.html');
  expect(results.verdict).toBe('pass');
  const ofCalls = ['rolling-restart', 'crash', 'scale-out'];
  expect(results.scenarios.map(({ name }) => name)).toEqual([...ofCalls, 'long-running-tasks']);
  expect(results.runs).toHaveLength(12);
  expect(words(page)).toContain(results.command);
  for (const { metrics } of results.runs) {
    if ('numerator' in metrics.task_loss) {
      const { numerator, denominator } = metrics.task_loss;
      expect(words(page)).toContain(`${numerator} of ${denominator} tasks lost`);
      continue;
    }
    if ('notApplicable' in metrics.session_loss) continue;
    const { numerator, denominator } = metrics.session_loss;
    expect(words(page)).toContain(`${numerator} of ${denominator} sessions lost`);
  }
  expect(Buffer.byteLength(page)).toBeLessThan(3_000_000);
  // A loss that happened has its exchange on the page.
  expect(page).toMatch(/<details class="exchange"/);
});
