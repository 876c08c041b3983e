import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { Clock } from '../core/index.ts';
import type { EventSink, RunEvent } from '../record/index.ts';

const sampleMs = 1000;
/** How often the event loop is asked whether it comes round in time. */
const resolutionMs = 10;

/** Records what a thread of the generator uses, each second and at its end (`generator-usage`). */
export function watchUsage(thread: number, clock: Clock, events: EventSink<RunEvent>): { end(): void } {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  let lastUs = clock.nowUs();
  let lastCpu = threadCpuUsage();
  let lastBusy = performance.eventLoopUtilization();

  const sample = () => {
    const atUs = clock.nowUs();
    const cpu = threadCpuUsage();
    const busy = performance.eventLoopUtilization();
    const overUs = atUs - lastUs;
    // A machine that stood still has been seen to leave no trace in the histogram; this timer came late all the same.
    const lateUs = Math.max(Math.round(delay.max / 1000) - resolutionMs * 1000, overUs - sampleMs * 1000);
    events.write({
      type: 'generator-usage',
      atUs,
      thread,
      overUs,
      cpuUs: cpu.user + cpu.system - lastCpu.user - lastCpu.system,
      delayMaxUs: Math.max(0, lateUs),
      busy: Number(performance.eventLoopUtilization(busy, lastBusy).utilization.toFixed(4)),
      rssBytes: process.memoryUsage.rss(),
    });
    delay.reset();
    lastUs = atUs;
    lastCpu = cpu;
    lastBusy = busy;
  };
  const timer = setInterval(sample, sampleMs);
  return {
    end() {
      clearInterval(timer);
      sample();
      delay.disable();
    },
  };
}

/** Node 22 counts for the process only; with one thread, as is usual, that is nearly the same. */
function threadCpuUsage(): NodeJS.CpuUsage {
  return process.threadCpuUsage?.() ?? process.cpuUsage();
}
