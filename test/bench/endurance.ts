import { fileURLToPath } from 'node:url';
import type { Row } from './rows.ts';
import { type Sample, wholeRun } from './whole-run.ts';

const parts = ['generator', 'balancer', 'harness'] as const;

/** Ten minutes at 500 calls/s: what is held in memory must not grow with the length of a run. */
export async function benchEndurance(folder: string): Promise<Row[]> {
  const scenario = fileURLToPath(new URL('./echo.yaml', import.meta.url));
  const args = [scenario, '--deployment', 'stateless'];
  const { results, samples } = await wholeRun(args, folder);
  const metrics = results.runs[0]?.metrics;
  const beganMs = samples[0]?.atMs ?? 0;
  const endMs = samples.at(-1)?.atMs ?? 0;
  // Around a moment, since a garbage collection may be due at any.
  const around = (atMs: number, part: (typeof parts)[number]) => {
    const near = samples.filter((sample: Sample) => Math.abs(sample.atMs - atMs) <= 15_000);
    return near.reduce((sum, sample) => sum + sample[part], 0) / near.length;
  };
  return parts.map((part): Row => {
    const early = around(beganMs + 60_000, part);
    const late = around(endMs - 15_000, part);
    return {
      id: `endurance-${part}`,
      what: `10 minutes at 500 calls/s: growth of the ${part}’s memory since the first minute`,
      value: (late / early - 1) * 100,
      unit: '%',
      bound: { atMost: 10 },
      details: {
        'after 1 min, MB': early / 1e6,
        'at the end, MB': late / 1e6,
        calls: metrics?.availability.denominator ?? Number.NaN,
      },
    };
  });
}
