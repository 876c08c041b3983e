import type { GeneratorEvent } from '../record/index.ts';
import type { Collector } from './collector.ts';
import { latencyHistogram } from './histogram.ts';
import type { GeneratorHealth, NotApplicable, SendLag } from './metrics.ts';

/** What the generator's own samples say; its send lag is joined to it by `generatorHealth`. */
export type GeneratorUsage = Omit<GeneratorHealth, 'sendLagMs' | 'missed'>;

/** Shares are counted in thousandths, so that a long run takes no more memory than a short one. */
const steps = 1000;

export function generatorUsage(): Collector<GeneratorUsage | NotApplicable> {
  const threads = new Map<number, { cpuUs: number; overUs: number }>();
  const busy = new Uint32Array(steps + 1);
  const delays = latencyHistogram();
  const highest = { busy: 0, delayUs: 0, rssBytes: 0 };
  let samples = 0;

  const see = (event: GeneratorEvent) => {
    samples += 1;
    const thread = threads.get(event.thread) ?? { cpuUs: 0, overUs: 0 };
    thread.cpuUs += event.cpuUs;
    thread.overUs += event.overUs;
    threads.set(event.thread, thread);
    const step = Math.round(Math.min(1, Math.max(0, event.busy)) * steps);
    busy[step] = (busy[step] ?? 0) + 1;
    delays.record(event.delayMaxUs);
    highest.busy = Math.max(highest.busy, event.busy);
    highest.delayUs = Math.max(highest.delayUs, event.delayMaxUs);
    highest.rssBytes = Math.max(highest.rssBytes, event.rssBytes);
  };

  return {
    types: ['generator-usage'],
    see(event) {
      if (event.type === 'generator-usage') see(event);
    },
    result() {
      if (samples === 0) return { notApplicable: 'the load generator recorded nothing of itself' };
      const all = [...threads.values()].filter((thread) => thread.overUs > 0);
      return {
        threads: threads.size,
        samples,
        busy: { p50: median(busy, samples), max: highest.busy },
        delayMs: { p50: delays.at(50), max: highest.delayUs / 1000 },
        cpu: all.reduce((sum, thread) => sum + thread.cpuUs / thread.overUs, 0),
        rssBytesMax: highest.rssBytes,
      };
    },
  };
}

/**
 * `generator_health`: event-loop delay, busy share and CPU of the load generator, with its send lag. Over the
 * limits of `verdict/soundness.ts`, what was measured is the generator.
 */
export function generatorHealth(
  usage: GeneratorUsage | NotApplicable,
  lag: SendLag,
): GeneratorHealth | NotApplicable {
  if ('notApplicable' in usage) return usage;
  return { ...usage, sendLagMs: lag.p99, missed: lag.missed };
}

function median(counts: Uint32Array, total: number): number {
  let seen = 0;
  for (const [step, count] of counts.entries()) {
    seen += count;
    if (seen * 2 >= total) return step / steps;
  }
  return 1;
}
