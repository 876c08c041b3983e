import type { EventSink, LedgerEntry, RunEvent } from '../../src/record/index.ts';
import type { RunSpec } from '../../src/scenario/index.ts';

/** What a recorded run holds besides its clients: replicas, their crash, and what they and the generator used. */

export interface Out {
  clients: EventSink<RunEvent>;
  topology: EventSink<RunEvent>;
  ledger: EventSink<LedgerEntry>;
}

export const replicas = ['r1', 'r2', 'r3'];
export const beginUs = 1_000_000;
/** The replica that crashes. */
export const crashed = 1;

export function writeBegin(spec: RunSpec, out: Out): void {
  const { scenario, deployment, repeat } = spec;
  const startedAt = '2026-01-01T00:00:00.000Z';
  out.clients.write({
    type: 'run-began',
    atUs: 0,
    scenario: scenario.name,
    deployment: deployment.name,
    repeat,
    startedAt,
  });
  for (const [i, replica] of replicas.entries()) {
    const url = `http://127.0.0.1:${40_000 + i}/mcp`;
    out.topology.write({ type: 'replica-started', atUs: 1000, replica, boot: 1, pid: 1000 + i });
    out.topology.write({ type: 'replica-ready', atUs: 500_000, replica, boot: 1, url });
  }
  out.topology.write({ type: 'upstreams-changed', atUs: 600_000, upstreams: replicas });
  out.clients.write({ type: 'workload-began', atUs: beginUs, clients: scenario.workload.sessions });
}

export function writeCrash(atUs: number, out: Out): void {
  const replica = replicas[crashed] as string;
  const others = replicas.filter((name) => name !== replica);
  const fault = { fault: 0, name: 'crash' };
  out.clients.write({ type: 'fault-began', atUs, ...fault, targets: [replica] });
  out.topology.write({ type: 'replica-signalled', atUs, replica, boot: 1, signal: 'SIGKILL' });
  out.topology.write({
    type: 'replica-exited',
    atUs,
    replica,
    boot: 1,
    exitCode: null,
    signal: 'SIGKILL',
    expected: true,
  });
  out.topology.write({ type: 'upstreams-changed', atUs: atUs + 1000, upstreams: others });
  out.topology.write({ type: 'replica-started', atUs: atUs + 2000, replica, boot: 2, pid: 2000 });
  out.topology.write({
    type: 'replica-ready',
    atUs: atUs + 3000,
    replica,
    boot: 2,
    url: 'http://127.0.0.1:41000/mcp',
  });
  out.topology.write({ type: 'upstreams-changed', atUs: atUs + 4000, upstreams: replicas });
  out.clients.write({ type: 'fault-ended', atUs: atUs + 5000, ...fault });
}

export function writeUsage(atUs: number, boot: number, out: Out): void {
  for (const [i, replica] of replicas.entries()) {
    const usage = { cpuUs: Math.round(atUs / 4), rssBytes: 90_000_000 + Math.round(atUs / 100) };
    out.topology.write({ type: 'replica-usage', atUs, replica, boot: i === crashed ? boot : 1, ...usage });
  }
  const usage = { overUs: 250_000, cpuUs: 60_000, delayMaxUs: 4000, busy: 0.24, rssBytes: 150_000_000 };
  out.clients.write({ type: 'generator-usage', atUs, thread: 0, ...usage });
}
