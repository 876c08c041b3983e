import { join } from 'node:path';
import type { RunResult } from '../../src/verdict/index.ts';
import { deploymentOf, run, scenarioOf, writeYaml } from './runs.ts';
import type { Call, Subject } from './subjects.ts';

/** How fast servers are, as processes, beside the reference server in the same experiment. */

export interface Speed {
  perSecond: number;
  /** From when a call was sent: what a new client's handshake takes would be most of it else. */
  p99Ms: number | null;
}

export interface Compared {
  own: Speed;
  reference: Speed;
}

export const load = { duration: '3s', sessions: 20, rate: '100/s' };
export const repeats = 3;

/**
 * The servers and the reference server, in alternating order: calls at a pace that all can keep, and as many as each
 * can take. A scenario calls one tool with the same arguments everywhere, so those that want others run apart.
 */
export async function compare(
  subjects: readonly Subject[],
  reference: Subject,
  folder: string,
): Promise<Map<string, Compared>> {
  const groups = Map.groupBy(subjects, ({ quick }) => JSON.stringify(quick));
  const compared = new Map<string, Compared>();
  for (const group of groups.values()) {
    const runs = await loadOf([reference, ...group], folder);
    const speedOf = ({ name }: Subject) =>
      speedIn(runs.filter(({ deployment }) => deployment === `${name}-load`));
    for (const subject of group)
      compared.set(subject.name, { own: speedOf(subject), reference: speedOf(reference) });
  }
  return compared;
}

async function loadOf(subjects: readonly Subject[], folder: string): Promise<RunResult[]> {
  // What is not an argument of the reference server's is left aside by it.
  const [first] = subjects;
  const last = subjects.at(-1);
  const quick: Call = {
    call: last?.quick.call ?? '',
    arguments: { ...first?.quick.arguments, ...last?.quick.arguments },
  };
  const deployments = subjects.map((one) => {
    const name = `${one.name}-load`;
    return writeYaml(
      folder,
      name,
      deploymentOf(one, { backend: 'process', routing: 'session-affinity', name }),
    );
  });
  const scenarios = [
    scenarioOf('steady', [quick], load),
    // Each call follows the answer before it.
    scenarioOf('full', [{ think: '1ms' }, quick], load),
  ].map((scenario) => writeYaml(folder, `${last?.name}-${scenario.name}`, scenario));
  const out = join(folder, `${last?.name}-load`);
  const options = ['--deployment', deployments.join(','), '--repeat', String(repeats)];
  return (await run([...scenarios, ...options], out)).runs;
}

function speedIn(runs: readonly RunResult[]): Speed {
  const of = (name: string) => runs.filter(({ scenario }) => scenario === name);
  const rates = of('full').map((one) => one.metrics.availability.numerator / (one.series.durationMs / 1000));
  const waits = of('steady').flatMap(({ metrics }) => metrics.service_ms.p99 ?? []);
  return { perSecond: median(rates) ?? 0, p99Ms: median(waits) ?? null };
}

function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
