import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { type ChildEnd, endFrom, HarnessError, interrupted } from '../../core/index.ts';
import {
  type BalancerTransport,
  balancerLink,
  balancerOver,
  type EmbeddedBalancer,
} from '../balancer/balancer-link.ts';
import { headCharsMax } from '../balancer/canonical-request.ts';
import type { BalancerReport, BalancerSettings } from '../balancer/messages.ts';
import { defaultLimits } from '../balancer/passage.ts';
import type { Routing } from '../types.ts';
import type { ProgramImage } from './program-image.ts';
import { type LiveContainer, startContainer } from './run-container.ts';
import type { RunScope } from './run-scope.ts';

export interface ContainerBalancerOptions {
  scope: RunScope;
  image: ProgramImage;
  /** Of this package, with its ending. */
  program: string;
  routing: Routing;
  /** Path of the MCP endpoint, for the entry URL. */
  path: string;
  /** The run's `events.ndjson`, which the container can write. */
  eventsPath: string;
  epochUs: number;
}

const port = 8080;
const startTimeoutMs = 20_000;
const mountedEvents = '/record/events.ndjson';
/** How much of its output an error message repeats. */
const lastOutputChars = 4096;

/**
 * Where a container has died nobody answers, not even to refuse. On a network within one machine who is silent for
 * so long is not there.
 */
const connectTimeoutMs = 250;

/** The balancer of this project in a container, published on 127.0.0.1. It is driven over its standard streams. */
export async function startContainerBalancer(
  options: ContainerBalancerOptions,
  signal: AbortSignal,
): Promise<EmbeddedBalancer> {
  if (signal.aborted) throw interrupted(signal);
  const { scope, image, program, routing, path, eventsPath, epochUs } = options;
  const settings: BalancerSettings = {
    routing,
    eventsPath: mountedEvents,
    epochUs,
    limits: { ...defaultLimits, connectTimeoutMs },
    listen: { host: '0.0.0.0', port },
  };
  const reports = new PassThrough();
  let complaints = '';
  const live = await startContainer(scope, {
    name: 'balancer',
    part: 'balancer',
    image: image.name,
    command: [
      'node',
      // Node's own limit on a head is lower than the relay's.
      `--max-http-header-size=${headCharsMax}`,
      image.pathOf(program),
      JSON.stringify(settings),
    ],
    env: {},
    mounts: [{ from: eventsPath, to: mountedEvents }],
    publishedPort: port,
    onOutput: (chunk, stream) => {
      if (stream === 'stdout') reports.write(chunk);
      else complaints = (complaints + chunk).slice(-lastOutputChars);
    },
  });
  const link = balancerLink(containerTransport(live, reports, () => complaints.trim()));
  try {
    await link.listening(startTimeoutMs, signal);
    return balancerOver(link, `http://127.0.0.1:${live.publishedPort}${path}`);
  } catch (error) {
    await link.stop(0);
    throw error;
  }
}

function containerTransport(
  live: LiveContainer,
  reports: PassThrough,
  complaints: () => string,
): BalancerTransport {
  const lines = createInterface({ input: reports });
  live.stdin.on('error', () => {});
  return {
    end: endOf(live, complaints),
    send: (order) => void (live.stdin.writable && live.stdin.write(`${JSON.stringify(order)}\n`)),
    onReport: (take) => lines.on('line', (line) => take(JSON.parse(line) as BalancerReport)),
    // One that has ended by now is what was wanted.
    kill: () => void live.container.kill({ signal: 'SIGKILL' }).catch(() => {}),
  };
}

function endOf(live: LiveContainer, complaints: () => string): ChildEnd {
  const gone = live.ended.then(({ exitCode, oomKilled }) => {
    const how = oomKilled ? 'out of memory' : `exit code ${exitCode}`;
    const said = complaints() === '' ? '' : ` Its last output:\n${complaints()}`;
    return new HarnessError('internal', `the balancer's container ended (${how}).${said}`);
  });
  return endFrom(gone);
}
