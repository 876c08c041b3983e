import { startChild, startResponder } from './child.ts';
import { closedLoop, generate, operationsIn } from './load.ts';
import { median, type Row } from './rows.ts';

/** What a call costs the load generator in CPU time, beside a bare one and the official client. */

const connections = 50;
const roundMs = 10_000;
const rounds = 3;

/** The request that the wire client sends in 2026-07-28, but always the same. */
const headers = {
  accept: 'application/json, text/event-stream',
  'content-type': 'application/json',
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': 'tools/call',
  'mcp-name': 'echo',
  'x-windtunnel-request': 'c12-12345',
};
const body = JSON.stringify({
  jsonrpc: '2.0',
  id: 12345,
  method: 'tools/call',
  params: {
    name: 'echo',
    arguments: { text: 'hello' },
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'mcp-windtunnel', version: '1.0.0' },
      'io.modelcontextprotocol/clientCapabilities': {},
      'io.mcp-windtunnel/opId': 'c12.12345',
    },
  },
});

type Side = (url: string, folder: string) => Promise<number>;

/** Everything recorded, the whole generator process counted. */
const ours: Side = async (url, folder) => {
  const load = await generate(closedLoop('2026-07-28', connections, roundMs), url, { folder });
  const { calls, ok } = operationsIn(load.eventsPath);
  if (ok !== calls) throw new Error(`${calls - ok} of ${calls} calls were not ok`);
  return load.cpuUs / calls;
};

const autocannon: Side = async (url) => {
  const args = [url, connections, roundMs / 1000, JSON.stringify(headers), body];
  await using child = startChild('./autocannon-main.ts', args);
  const { calls, cpuUs, errors } = JSON.parse(await child.line());
  if (errors > 0) throw new Error(`autocannon saw ${errors} errors`);
  return cpuUs / calls;
};

const sdk =
  (revision: '2025-11-25' | '2026-07-28'): Side =>
  async (url) => {
    await using child = startChild('./sdk-main.ts', [url, revision, connections, roundMs]);
    const { calls, cpuUs } = JSON.parse(await child.line());
    return cpuUs / calls;
  };

export async function benchCpuPerCall(folder: string): Promise<Row[]> {
  await using responder = await startResponder();
  const sides = { ours, autocannon, sdkV1: sdk('2025-11-25'), sdkV2: sdk('2026-07-28') };
  const seen: Record<keyof typeof sides, number[]> = { ours: [], autocannon: [], sdkV1: [], sdkV2: [] };
  for (let round = 0; round < rounds; round++) {
    const names = Object.keys(sides) as (keyof typeof sides)[];
    // A B, B A, …: a drift of the machine hits all alike.
    for (const name of round % 2 === 0 ? names : names.reverse()) {
      seen[name].push(await sides[name](responder.url, folder));
    }
  }
  const ratio = (to: keyof typeof sides) =>
    median(seen.ours.map((cpuUs, i) => cpuUs / (seen[to][i] ?? Number.NaN)));
  const details = Object.fromEntries(
    Object.entries(seen).map(([name, all]) => [`${name} µs/call`, median(all)]),
  );
  return [
    {
      id: 'cpu-autocannon',
      what: 'CPU per call, everything recorded, ÷ autocannon’s',
      value: ratio('autocannon'),
      unit: '×',
      bound: { atMost: 1.5 },
      details,
    },
    {
      id: 'cpu-sdk',
      what: 'CPU per call ÷ the official client’s (the cheaper of v1 and v2)',
      value: Math.max(ratio('sdkV1'), ratio('sdkV2')),
      unit: '×',
      bound: { atMost: 0.25 },
      details,
    },
  ];
}
