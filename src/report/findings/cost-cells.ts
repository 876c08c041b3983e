import type { ReadyReplica } from '../../measure/index.ts';
import type { Cell } from './experiment.ts';
import { count, duration, percent, plain, range } from './format.ts';
import { isApplicable, valuesOf } from './losses.ts';
import { type NumberCell, none } from './number-cells.ts';

/** What joining, recovering and shaking hands cost, and how the load generator fared. */

export function sessionRecovery(cell: Cell, percentile: 'p50' | 'p99'): NumberCell {
  const found = valuesOf(cell.runs, (m) => m.session_recovery_ms);
  if (found.length === 0) return notApplicable(cell, 'session_recovery_ms');
  const values = found.map((one) => one[percentile]).filter((value) => value !== null);
  const never = found.reduce((sum, one) => sum + one.never, 0);
  const details = never > 0 && percentile === 'p50' ? [`${count(never)} clients got no ok any more`] : [];
  if (values.length === 0) return none('no sample', 'no session was lost and followed by an ok', ...details);
  return { text: range(values, duration), details, tone: 'plain' };
}

export function readiness(cell: Cell): NumberCell {
  const found = valuesOf(cell.runs, (m) => m.ready_ms);
  if (found.length === 0) return notApplicable(cell, 'ready_ms');
  const values = found.map((one) => one.value).filter((value) => value !== null);
  const details = (found[0]?.replicas ?? []).slice(0, 6).map(stagesOf);
  if (values.length === 0) return { text: 'not before the end', details, tone: 'lost' };
  return { text: range(values, duration), details, tone: values.length < found.length ? 'lost' : 'plain' };
}

function stagesOf(one: ReadyReplica): string {
  const stages: [string, number | null][] = [
    ['process', one.startedMs],
    ['listens', one.listeningMs],
    ['answers', one.answeredMs],
    ['balanced ok', one.balancedMs],
    ['fair share', one.fairShareMs],
  ];
  const words = stages.map(([name, ms]) => `${name} ${ms === null ? 'never' : duration(ms)}`);
  return `${plain(one.replica)} (${one.why}): ${words.join(', ')}`;
}

export function handshakes(cell: Cell): NumberCell {
  const found = valuesOf(cell.runs, (m) => m.handshake_overhead);
  if (found.length === 0) return notApplicable(cell, 'handshake_overhead');
  const values = found.map((one) => one.value).filter((value) => value !== null);
  const [first] = found;
  if (values.length === 0 || !first) return none('no sample', 'no operation ended ok');
  const per = first.perUsefulCall;
  const made = `${count(first.handshakes.count)} handshakes for ${count(first.usefulCalls)} useful calls`;
  const each = per
    ? `per call ${per.requests.toFixed(2)} requests and ${duration(per.ms)} of handshakes, ${count(per.callBytes)} bytes of its own`
    : '';
  return { text: `${range(values, count)} bytes`, details: [made, each], tone: 'plain' };
}

export function generator(cell: Cell): NumberCell {
  const found = valuesOf(cell.runs, (m) => m.generator_health);
  const [first] = found;
  if (!first) return notApplicable(cell, 'generator_health');
  return {
    text: range(
      found.map((one) => one.busy.max),
      percent,
    ),
    details: [
      `${percent(first.busy.p50)} in the median sample; ${first.threads} thread${first.threads === 1 ? '' : 's'}, ${Number(first.cpu.toFixed(2))} CPU`,
      `event loop late by ${duration(first.delayMs.p50)} in the median, ${duration(first.delayMs.max)} at most`,
    ],
    tone: 'plain',
  };
}

export function replicaCpu(cell: Cell): NumberCell {
  const found = valuesOf(cell.runs, (m) => m.replica_cpu);
  if (found.length === 0) return notApplicable(cell, 'replica_cpu');
  const values = found.map((one) => one.value).filter((value) => value !== null);
  if (values.length === 0) return none('no sample', 'no operation ended ok');
  const cpuMs = found.reduce((sum, one) => sum + one.cpuMs, 0);
  const calls = found.reduce((sum, one) => sum + one.calls, 0);
  return {
    text: range(values, duration),
    details: [`${duration(cpuMs)} for ${count(calls)} useful calls`],
    tone: 'plain',
  };
}

export function replicaRss(cell: Cell): NumberCell {
  const found = valuesOf(cell.runs, (m) => m.replica_rss);
  if (found.length === 0) return notApplicable(cell, 'replica_rss');
  const peaks = found.map((one) => one.peak).filter((value) => value !== null);
  if (peaks.length === 0) return none('no sample', 'no process was seen while the workload ran');
  const [first] = found;
  const growth = first?.growth ?? null;
  const held = first && isApplicable(first.perSession) ? first.perSession.value : null;
  return {
    text: range(peaks, megabytes),
    details: [
      growth === null
        ? 'growth: the run was too short to tell'
        : `${megabytes(growth)} more per 1000 useful calls`,
      held === null ? '' : `${megabytes(held)} per session held`,
    ],
    tone: 'plain',
  };
}

function megabytes(value: number): string {
  return `${Number(value.toPrecision(3))} MB`;
}

type Costs =
  | 'session_recovery_ms'
  | 'ready_ms'
  | 'handshake_overhead'
  | 'generator_health'
  | 'replica_cpu'
  | 'replica_rss';

function notApplicable(cell: Cell, name: Costs): NumberCell {
  const measure = cell.runs[0]?.metrics[name];
  return none('n/a', measure && !isApplicable(measure) ? measure.notApplicable : '');
}
