import { startResponder } from './child.ts';
import { generate, openLoop, operationsIn } from './load.ts';
import { percentile, type Row } from './rows.ts';

/** Whether what is measured is what was done to the server. */

const injectedMs = 50;

/** A delay of the server must come out as that delay, no more and no less. */
export async function benchInjectedDelay(folder: string): Promise<Row[]> {
  const p50: number[] = [];
  for (const delayMs of [0, injectedMs]) {
    await using responder = await startResponder(delayMs);
    const load = await generate(openLoop(100, 200, 10_000), responder.url, { folder });
    p50.push(percentile(operationsIn(load.eventsPath).latencyMs, 0.5));
  }
  const [without = Number.NaN, delayed = Number.NaN] = p50;
  return [
    {
      id: 'injected-delay',
      what: `error of the p50 when the server waits ${injectedMs} ms longer`,
      value: Math.abs(delayed - without - injectedMs),
      unit: 'ms',
      bound: { atMost: 2 },
      details: { 'p50 without, ms': without, 'p50 delayed, ms': delayed },
    },
  ];
}

const frozenMs = 1000;
const runMs = 20_000;

/**
 * A server that stands still for 1 s of 20 s. Of the calls due in that second, one that is due x before its end
 * waits x; so a share (d - x)/T of all waits longer than x, and the p99 is where that is 1 %: x = d - 0.01 T.
 */
export async function benchFreeze(folder: string): Promise<Row[]> {
  await using responder = await startResponder();
  let began = 0;
  let isFrozen = false;
  const load = await generate(openLoop(400, 400, runMs), responder.url, {
    folder,
    everyMs: 10,
    during() {
      began ||= performance.now();
      const atMs = performance.now() - began;
      if (!isFrozen && atMs >= runMs / 2) {
        isFrozen = true;
        process.kill(responder.pid, 'SIGSTOP');
        setTimeout(() => process.kill(responder.pid, 'SIGCONT'), frozenMs);
      }
    },
  });
  const { latencyMs, serviceMs } = operationsIn(load.eventsPath);
  const expectedMs = frozenMs - 0.01 * runMs;
  const correctedP99 = percentile(latencyMs, 0.99);
  const details = {
    'corrected p99, ms': correctedP99,
    'by arithmetic, ms': expectedMs,
    'service-time p50, ms': percentile(serviceMs, 0.5),
  };
  return [
    {
      id: 'freeze-corrected',
      what: 'a freeze of 1 s in 20 s: error of the corrected p99 against arithmetic',
      value: (Math.abs(correctedP99 - expectedMs) / expectedMs) * 100,
      unit: '%',
      bound: { atMost: 10 },
      details,
    },
    {
      id: 'freeze-service-p50',
      what: 'the same freeze in the service-time p50',
      value: percentile(serviceMs, 0.5),
      unit: 'ms',
      bound: { atMost: 10 },
      details,
    },
  ];
}
