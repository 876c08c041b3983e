import { fork } from 'node:child_process';
import { childEntry, interrupted } from '../../core/index.ts';
import type { Balancer, Routing } from '../types.ts';
import type { ProcessGuard } from '../warden.ts';
import { balancerLink, balancerOver } from './balancer-link.ts';
import { processTransport } from './balancer-process.ts';
import { headCharsMax } from './canonical-request.ts';
import type { BalancerSettings } from './messages.ts';
import { defaultLimits, type ProxyLimits } from './passage.ts';

export interface EmbeddedBalancerOptions {
  routing: Routing;
  /** Path of the MCP endpoint, for the entry URL; requests keep the path they have. */
  path: string;
  /** The run's `events.ndjson`, to which the balancer appends what it does. */
  eventsPath: string;
  epochUs: number;
  guard: ProcessGuard;
  limits?: Partial<ProxyLimits>;
}

const startTimeoutMs = 10_000;

/**
 * The balancer of this project, as a process of its own so that it takes no time from the load generator.
 *
 * @throws HarnessError `internal` when it cannot be started, `interrupted` when `signal` aborts first.
 */
export async function startEmbeddedBalancer(
  options: EmbeddedBalancerOptions,
  signal: AbortSignal,
): Promise<Balancer> {
  if (signal.aborted) throw interrupted(signal);
  const { routing, eventsPath, epochUs, guard } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const listen = { host: '127.0.0.1', port: 0 };
  const settings: BalancerSettings = { routing, eventsPath, epochUs, limits, listen };
  const child = fork(childEntry(import.meta.url, './main'), [JSON.stringify(settings)], {
    // Ctrl-C in the terminal must not reach it before the run has ended.
    detached: true,
    // Node's own limit on a head is lower than the relay's.
    execArgv: [`--max-http-header-size=${headCharsMax}`],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const balancer = balancerLink(processTransport(child, guard));
  try {
    if (child.pid !== undefined) guard.protect(child.pid);
    const port = await balancer.listening(startTimeoutMs, signal);
    return balancerOver(balancer, `http://127.0.0.1:${port}${options.path}`);
  } catch (error) {
    await balancer.stop(0);
    throw error;
  }
}
