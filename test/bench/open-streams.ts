import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { eventsOf } from './recorded-events.ts';
import type { Row } from './rows.ts';
import { coresOf, growthOf, mostAtOnce, type ServerUse, type Span, serversIn } from './run-record.ts';
import { type Sample, wholeRun } from './whole-run.ts';

const streams = 2000;
/** Of each process: what streams hold must be little beside what a machine has. */
const atMostMb = 500;

/** What keeps a stream open, and what can be lost on it. */
const kinds = [
  { id: 'calls', what: 'streams of long calls, each with an event a second', loss: 'stream_loss' },
  { id: 'listeners', what: 'clients that listen for changes', loss: 'notification_loss' },
] as const;

type Kind = (typeof kinds)[number];

const deployments = {
  calls: { '2026-07-28': 'stateless', '2025-11-25': 'stateful-streams-sticky' },
  listeners: { '2026-07-28': 'stateless-changes-shared', '2025-11-25': 'stateful-changes-shared' },
};

/** Many streams open at once in both revisions, with servers and balancer on the same machine. */
export async function benchOpenStreams(folder: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (const kind of kinds) {
    for (const [revision, deployment] of Object.entries(deployments[kind.id])) {
      rows.push(...(await rowsOf(kind, revision, deployment, folder)));
    }
  }
  return rows;
}

async function rowsOf(kind: Kind, revision: string, deployment: string, folder: string): Promise<Row[]> {
  const scenario = fileURLToPath(new URL(`./open-streams-${kind.id}.yaml`, import.meta.url));
  const { results, samples, eventsPath } = await wholeRun([scenario, '--deployment', deployment], folder);
  const metrics = results.runs[0]?.metrics;
  if (!metrics) throw new Error('the run has no results');
  const loss = metrics[kind.loss];
  if (!('numerator' in loss)) throw new Error('the run has no streams');
  const servers = await serversIn(eventsPath);
  const open = mostAtOnce(await openSpans(eventsPath));
  const peakMb = peaksOf(samples, servers);
  const details = {
    ...Object.fromEntries(Object.entries(peakMb).map(([part, mb]) => [`${part}, MB`, mb])),
    'servers, KB per stream above what they held before': growthOf(servers) / streams / 1000,
    'calls ok': metrics.availability.numerator,
    'send lag p99, ms': metrics.send_lag_ms.p99 ?? Number.NaN,
    'longest stall of the generator, ms': await longestStallMs(eventsPath),
    'CPU of all parts ÷ cores': usedShare(samples, servers),
  };
  const what = `${streams.toLocaleString('en')} ${kind.what}, ${revision}`;
  return [
    {
      id: `open-streams-${kind.id}-${revision}-memory`,
      what: `${what}: peak memory of generator, balancer or server, whichever is largest`,
      value: Math.max(...Object.values(peakMb)),
      unit: 'MB',
      bound: { atMost: atMostMb },
      details,
    },
    {
      id: `open-streams-${kind.id}-${revision}-lost`,
      what: 'the same: events that were lost, and streams that were not open with all the others',
      value: loss.numerator + streams - open,
      unit: 'events and streams',
      bound: { atMost: 0 },
      details: { 'open at once': open, 'events owed': loss.denominator },
    },
  ];
}

function peaksOf(samples: readonly Sample[], servers: readonly ServerUse[]): Record<string, number> {
  return {
    generator: Math.max(...samples.map(({ generator }) => generator)) / 1e6,
    balancer: Math.max(...samples.map(({ balancer }) => balancer)) / 1e6,
    'largest server': Math.max(...servers.flatMap(({ rssBytes }) => rssBytes)) / 1e6,
  };
}

/** When each stream was open in the eyes of its client and of the balancer: both have to say so. */
async function openSpans(eventsPath: string): Promise<Span[]> {
  const events = await eventsOf(eventsPath, ['stream-ended', 'listening-began', 'listening-ended', 'routed']);
  const fromUs = new Map<string, number>();
  const toUs = new Map<string, number>();
  for (const event of events) {
    if (event.type === 'routed') continue;
    if (event.type === 'stream-ended') fromUs.set(event.requestId, event.sentUs);
    if (event.type === 'listening-began') fromUs.set(event.requestId, event.atUs);
    else toUs.set(event.requestId, event.atUs);
  }
  return events.flatMap((event) => {
    if (event.type !== 'routed' || event.status !== 200) return [];
    const { requestId, atUs, endUs } = event;
    const seen = { fromUs: fromUs.get(requestId ?? ''), toUs: toUs.get(requestId ?? '') };
    // Other requests are of no client's stream.
    if (seen.fromUs === undefined || seen.toUs === undefined) return [];
    return [{ fromUs: Math.max(seen.fromUs, atUs), toUs: Math.min(seen.toUs, endUs) }];
  });
}

/** Of its event loop. */
async function longestStallMs(eventsPath: string): Promise<number> {
  const events = await eventsOf(eventsPath, ['generator-usage']);
  return Math.max(...events.map(({ delayMaxUs }) => delayMaxUs)) / 1000;
}

/** On average, while there is a load. */
function usedShare(samples: readonly Sample[], servers: readonly ServerUse[]): number {
  const own = coresOf(samples.map(({ atMs, cpuUs }) => ({ atUs: atMs * 1000, cpuUs })));
  return servers.reduce((sum, { cores }) => sum + cores, own) / availableParallelism();
}
