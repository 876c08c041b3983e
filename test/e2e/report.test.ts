import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/record/index.ts';
import type { Plan, Scenario } from '../../src/scenario/index.ts';
import type { Results } from '../../src/verdict/index.ts';
import { cli, temporaryFolder } from '../support/cli.ts';
import { spec } from '../support/fakes.ts';
import { began, committed, ended, left, opened, operation } from '../support/log.ts';

const history: RunEvent[] = [
  ...began(1),
  opened('c1', 0),
  operation('c1', 0, 100, 5, { writes: 'w' }),
  operation('c1', 1, 200, 5, { reads: ['w'] }),
  left('c1', 300, 2),
  ...ended(400),
];

/** An experiment on disk, as a run would have left it. */
function write(
  folder: string,
  expectations: Scenario['expect'],
  events: readonly RunEvent[] | undefined,
): void {
  const journey: Scenario['workload']['journey'] = [
    { call: 'add', arguments: {}, writes: 'w' },
    { call: 'read', arguments: {}, reads: '$.items' },
  ];
  const {
    scenario,
    deployment,
    folder: run,
  } = spec({ scenario: { expect: expectations }, workload: { journey } });
  const plan: Plan = {
    schemaVersion: 1,
    tool: { name: 'mcp-windtunnel', version: '0.0.0' },
    startedAt: '2026-01-01T00:00:00.000Z',
    environment: { node: 'v24', cpu: 'c', cores: 2, memoryBytes: 1, os: 'o', packages: {} },
    command: 'windtunnel run test --seed 7',
    seed: 7,
    repeats: 1,
    backend: 'process',
    balancer: 'embedded',
    store: 'sqlite',
    client: 'wire',
    scenarios: [scenario],
    deployments: [deployment],
  };
  writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan));
  if (!events) return;
  mkdirSync(join(folder, run), { recursive: true });
  const lines = (records: readonly object[]) =>
    records.map((record) => `${JSON.stringify(record)}\n`).join('');
  writeFileSync(join(folder, run, 'events.ndjson'), lines(events));
  writeFileSync(join(folder, run, 'ledger.ndjson'), lines([committed('c1.0'), committed('c1.1')]));
}

const report = async (expectations: Scenario['expect'], events: readonly RunEvent[] | undefined) => {
  using folder = temporaryFolder();
  write(folder.path, expectations, events);
  const { code, stderr } = await cli(['report', folder.path]);
  const results = JSON.parse(readFileSync(join(folder.path, 'results.json'), 'utf8')) as Results;
  return { code, stderr, results };
};

describe('windtunnel report, by what lies on disk alone', () => {
  it('exits 0 when every threshold passed', async () => {
    const { code, results } = await report({ all: { lost_update: { max: 0 } } }, history);
    expect({ code, verdict: results.verdict }).toEqual({ code: 0, verdict: 'pass' });
    expect(results.runs[0]?.metrics.duplicate_execution).toMatchObject({ numerator: 0, denominator: 2 });
  });

  it('exits 1 when one failed', async () => {
    const { code, results } = await report({ all: { lost_update: { min: 0.5 } } }, history);
    expect({ code, verdict: results.verdict }).toEqual({ code: 1, verdict: 'fail' });
  });

  it('exits 2 when something could not be judged', async () => {
    const unread = history.filter((event) => !(event.type === 'operation' && event.index === 1));
    const { code, results } = await report({ all: { lost_update: { max: 0 } } }, unread);
    expect({ code, verdict: results.verdict }).toEqual({ code: 2, verdict: 'unknown' });
  });

  it('exits 2 and says so when runs were never begun', async () => {
    const { code, results } = await report({ all: { lost_update: { max: 0 } } }, undefined);
    expect({ code, cutShort: results.cutShort }).toEqual({
      code: 2,
      cutShort: '1 of 1 runs were never begun',
    });
  });

  it('is told of a record that was damaged', async () => {
    using folder = temporaryFolder();
    write(folder.path, { all: { lost_update: { max: 0 } } }, history);
    const events = join(folder.path, 'runs/stateful-sticky-0/events.ndjson');
    writeFileSync(events, `${readFileSync(events, 'utf8')}{"type":"opera`);
    const { code } = await cli(['report', folder.path, '--quiet']);
    expect(code).toBe(2);
    rmSync(join(folder.path, 'runs/stateful-sticky-0/ledger.ndjson'));
    write(folder.path, { all: { lost_update: { max: 0 } } }, history);
    rmSync(join(folder.path, 'runs/stateful-sticky-0/ledger.ndjson'));
    expect(await cli(['report', folder.path, '--quiet'])).toMatchObject({ code: 2 });
    writeFileSync(events, '{"type":"upstreams-changed"}\n');
    expect(await cli(['report', folder.path, '--quiet'])).toMatchObject({ code: 2 });
    rmSync(events);
    mkdirSync(events);
    expect(await cli(['report', folder.path])).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('cannot read'),
    });
  });
});
