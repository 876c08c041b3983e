// `npm run bench`: what the harness itself costs and how exact it is, as ratios within one run. It is no test: timing
// decides nothing in CI. `-- --json` prints JSON, `-- --only id,id` runs some of it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchFreeze, benchInjectedDelay } from './accuracy.ts';
import { balancerRows } from './balancer-rows.ts';
import { benchCpuPerCall } from './cpu-per-call.ts';
import { benchEndurance } from './endurance.ts';
import { judgeRows } from './judge-rows.ts';
import { benchManySessions } from './many-sessions.ts';
import { benchOpenStreams } from './open-streams.ts';
import { benchPollCost } from './poll-cost.ts';
import { isMet, type Row } from './rows.ts';
import { benchStartup } from './startup.ts';
import { benchTasksInFlight } from './tasks-in-flight.ts';

const benches: Record<string, (folder: string) => Promise<Row[]>> = {
  cpu: benchCpuPerCall,
  balancer: balancerRows,
  delay: benchInjectedDelay,
  freeze: benchFreeze,
  sessions: benchManySessions,
  tasks: benchTasksInFlight,
  streams: benchOpenStreams,
  polls: benchPollCost,
  judge: judgeRows,
  endurance: benchEndurance,
  // Last, since it wants a container engine.
  startup: benchStartup,
};

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, only: { type: 'string' } },
});
const wanted = values.only?.split(',') ?? Object.keys(benches);
const unknown = wanted.find((name) => !(name in benches));
if (unknown !== undefined) {
  process.stderr.write(`--only ${unknown}: must be of ${Object.keys(benches).join(', ')}\n`);
  process.exit(64);
}

const folder = mkdtempSync(join(tmpdir(), 'windtunnel-bench-'));
process.on('SIGINT', () => process.exit(130));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const rows: Row[] = [];
for (const name of wanted) {
  process.stderr.write(`${name} …\n`);
  for (const row of (await benches[name]?.(folder)) ?? []) {
    rows.push(row);
    if (!values.json) process.stdout.write(lineOf(row));
  }
}
if (values.json) {
  process.stdout.write(
    `${JSON.stringify(
      rows.map((row) => ({ ...row, met: isMet(row) })),
      undefined,
      2,
    )}\n`,
  );
}
process.exitCode = rows.every(isMet) ? 0 : 1;

function lineOf(row: Row): string {
  const goal = 'atMost' in row.bound ? `at most ${row.bound.atMost}` : `at least ${row.bound.atLeast}`;
  const details = Object.entries(row.details).map(([name, value]) => `${name} ${figure(value)}`);
  return `${isMet(row) ? 'met   ' : 'MISSED'}  ${figure(row.value)} ${row.unit}  (${goal})  ${row.what}\n        ${details.join(' · ')}\n`;
}

function figure(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : 'n/a';
}
