import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/record/index.ts';
import { temporaryFolder } from '../support/cli.ts';
import { root } from '../support/plan.ts';
import { containerEngine, need } from '../support/requirements.ts';
import {
  docker,
  eventsIn,
  leftOf,
  outOf,
  resultsIn,
  runInContainers,
  runInProcesses,
  runningOf,
  small,
  startRun,
} from './support.ts';

const engine = await containerEngine();
const ofType = <T extends RunEvent['type']>(events: readonly RunEvent[], type: T) =>
  events.filter((event): event is Extract<RunEvent, { type: T }> => event.type === type);

describe('a run in containers', () => {
  it('loses exactly what the same run in processes loses, where theory fixes it', async ({ skip }) => {
    need(engine, skip);
    using folder = temporaryFolder();
    // Learned affinity: a rolling restart loses each session that is open throughout, once; a shared store loses none.
    const args = [
      'rolling-restart',
      '--deployment',
      'stateful-sticky,stateless',
      '--duration',
      '5s',
      '--replicas',
      '2',
      '--quiet',
    ];
    const contained = await runInContainers(args, folder);
    // Thresholds may fail on a busy machine; what is counted does not depend on it.
    expect(contained.code, contained.stderr).toBeLessThan(3);
    const processes = join(folder.path, 'processes');
    expect((await runInProcesses(args, processes)).code).toBeLessThan(3);
    const losses = (out: string) =>
      resultsIn(out).runs.map(({ deployment, metrics }) => ({
        deployment,
        sessions: 'value' in metrics.session_loss ? metrics.session_loss.numerator : null,
        // Which baskets held something when their replica went depends on the moment.
        state: deployment === 'stateless' && 'value' in metrics.state_loss && metrics.state_loss.numerator,
        lost_update: 'value' in metrics.lost_update ? metrics.lost_update.numerator : null,
        twice: 'value' in metrics.duplicate_execution ? metrics.duplicate_execution.numerator : null,
      }));
    expect(losses(outOf(folder))).toEqual(losses(processes));
    expect(losses(processes)[0]?.sessions).toBeGreaterThan(50);
    const { runs, environment } = resultsIn(outOf(folder));
    const engineFacts = {
      name: expect.stringMatching(/^(Docker|Podman)$/),
      version: (await (await docker()).version()).Version,
      apiVersion: expect.stringMatching(/^1\.\d+$/),
      isRootless: expect.any(Boolean),
      cgroupVersion: expect.any(Number),
    };
    expect(environment.engine).toEqual(engineFacts);
    expect(resultsIn(processes).environment.engine).toBeUndefined();
    const wrong = runs.flatMap(({ predictions }) => predictions).filter(({ verdict }) => verdict === 'fail');
    expect(wrong).toEqual([]);
    expect(await leftOf(contained.pid)).toEqual([]);
  }, 120_000);

  it('holds its replicas to their limits, and shows what they used and wrote', async ({ skip }) => {
    need(engine, skip);
    using folder = temporaryFolder();
    const deployment = join(folder.path, 'limited.yaml');
    const original = readFileSync(join(root, 'infra/deployments/stateful-sticky.yaml'), 'utf8');
    writeFileSync(deployment, `${original}limits: { cpus: 0.5, memory: 300MB }\n`);
    let seen: unknown;
    const scenario = join(folder.path, 'afflictions.yaml');
    writeFileSync(scenario, afflictions());
    const args = [scenario, '--deployment', deployment, '--replicas', '2', '--duration', '8s', '--quiet'];
    const { child, finished } = startRun(args, folder);
    void finished.then(() => {
      seen ??= 'it ended';
    });
    const api = await docker();
    while (seen === undefined) {
      const [one] = await runningOf(child.pid, 'replica');
      const { HostConfig, Config } = one ? await api.getContainer(one.Id).inspect() : {};
      if (HostConfig && Config) {
        seen = { ...pick(HostConfig), user: Config.User };
      }
    }
    const user = process.getuid?.() === 0 ? '65532:65532' : expect.any(String);
    expect(seen).toEqual({ cpus: 0.5, memory: 300e6, swap: 300e6, readOnly: true, capDrop: ['ALL'], user });
    expect((await finished).code).not.toBe(70);
    const events = eventsIn(outOf(folder), 'stateful-sticky-0');
    expect(ofType(events, 'fault-ended')).toMatchObject([{}, {}, {}]);
    expect(ofType(events, 'fault-ended').filter(({ error }) => error !== undefined)).toEqual([]);
    const [killed] = ofType(events, 'replica-exited');
    expect(killed).toMatchObject({
      replica: 'r1',
      boot: 1,
      signal: 'SIGKILL',
      oomKilled: true,
      expected: true,
    });
    // The rollout has brought all of them another image.
    const images = ofType(events, 'replica-started').map(({ replica, image }) => [replica, image]);
    expect(new Set(images.map(([, image]) => image)).size).toBe(2);
    expect(images.at(-1)?.[1]).not.toBe(images[0]?.[1]);
    const { metrics } = resultsIn(outOf(folder)).runs[0] ?? {};
    expect(metrics?.replica_cpu).toMatchObject({ value: expect.any(Number) });
    expect(metrics?.replica_rss).toMatchObject({ peak: expect.any(Number) });
    expect(readFileSync(join(outOf(folder), 'runs/stateful-sticky-0/logs/r1-1.log'), 'utf8')).toContain(
      'listening on http://0.0.0.0:8080/mcp',
    );
    expect(await leftOf(child.pid)).toEqual([]);
  }, 120_000);

  it('keeps the shared store in a Redis of its own', async ({ skip }) => {
    need(engine, skip);
    using folder = temporaryFolder();
    const { code, stderr } = await runInContainers(
      ['crash', '--deployment', 'stateless', '--store', 'redis', ...small],
      folder,
    );
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(resultsIn(outOf(folder)).runs[0]?.metrics.state_loss).toMatchObject({ numerator: 0 });
  }, 120_000);
});

interface Held {
  NanoCpus?: number | undefined;
  Memory?: number | undefined;
  MemorySwap?: number | undefined;
  ReadonlyRootfs?: boolean | undefined;
  CapDrop?: unknown;
}
function pick({ NanoCpus = 0, Memory, MemorySwap, ReadonlyRootfs, CapDrop }: Held) {
  return {
    cpus: NanoCpus / 1e9,
    memory: Memory,
    swap: MemorySwap,
    readOnly: ReadonlyRootfs,
    capDrop: CapDrop,
  };
}

/** `crash` with what only containers can suffer instead. */
function afflictions(): string {
  const original = readFileSync(join(root, 'scenarios/crash.yaml'), 'utf8');
  const faults = `faults:
  - { at: 10%, fault: out-of-memory, replica: 1 }
  - { at: 40%, fault: disconnect, replica: 2, for: 1s }
  - { at: 65%, fault: rollout, grace: 2s }
expect: {}
`;
  return original
    .replace(/^faults:[\s\S]*/m, faults)
    .replace('sessions: 60', 'sessions: 12')
    .replace('rate: 120/s', 'rate: 24/s');
}
