import { formatDurationMs } from '../core/index.ts';
import type { Completeness, Measured, Metrics } from '../measure/index.ts';
import type { ReadStats } from '../record/index.ts';
import type { Scenario } from '../scenario/index.ts';
import type { Check } from './results.ts';

/** Whether a run can be judged at all. What is doubtful here makes a verdict `unknown`, never `pass`. */

/** By id: what each asks of a run. */
export const soundnessChecks = {
  'record-complete':
    'every client and operation has its record, every acknowledgement its route, and the ledger no gap',
  'faults-met': 'every fault was carried out, and operations followed the last one',
  'replicas-stayed': 'no replica ended that nobody had told to; asked only where one did',
  'generator-on-time': 'the load generator kept to its schedule',
} as const;
export type SoundnessId = keyof typeof soundnessChecks;

/**
 * How late the generator may be at p99, as a share of the deadline. A late call counts from when it was due, so
 * lateness makes a server look worse, never better; beyond this what was measured is the generator.
 */
const lateShare = 0.1;
/** From here on a person should know of it. */
const lateNoticeMs = 50;

export function judgeSoundness(
  scenario: Scenario,
  { completeness, metrics, unmeasured }: Omit<Measured, 'series'>,
  torn: ReadStats,
): Check[] {
  const checks = [
    judgeCompleteness(completeness, torn),
    ...judgeFaults(scenario, completeness),
    judgeGenerator(scenario, metrics),
  ];
  const broken = unmeasured.completeness ?? unmeasured.send_lag_ms ?? unmeasured.generator_health;
  if (broken === undefined) return checks;
  return checks.map((check) => ({ ...check, verdict: 'unknown', reason: broken }));
}

/** Doubts that do not forbid a verdict. */
export function soundnessWarnings({ completeness, metrics, unmeasured }: Omit<Measured, 'series'>): string[] {
  const warnings = Object.entries(unmeasured).map(
    ([name, reason]) => `${name} is unknown: ${reason}. This is a fault of the harness; please report it.`,
  );
  if (completeness.ledgerLines?.entries === 0) {
    warnings.push(
      'The deployment says `ledger: true`, and no server wrote a ledger line. If the journey calls tools that do, their output may not be flushed.',
    );
  }
  const late = metrics.send_lag_ms.p99;
  if (late === null || late <= lateNoticeMs) return warnings;
  return [
    ...warnings,
    `The load generator was ${formatDurationMs(late)} late at p99, and latencies contain that. Close other programs, or lower --rate or --sessions.`,
  ];
}

function judgeCompleteness(seen: Completeness, torn: ReadStats): Check {
  const id: SoundnessId = 'record-complete';
  const limit = 'every client and operation';
  const observed = `${seen.operationsRecorded} operations of ${seen.clientsEnded} clients`;
  const doubt = (reason: string): Check => ({ id, verdict: 'unknown', observed, limit, reason });
  if (seen.ended === null) return doubt('the record has no end: the harness was killed, or could not write');
  if (seen.ended === 'interrupted') return doubt('the run was cut short');
  if (seen.ended === 'failed') return doubt(`the run broke off: ${seen.reason ?? 'no reason was recorded'}`);
  if (torn.tornLines > 0) return doubt(`${torn.tornLines} lines of the record cannot be read`);
  if (seen.clientsEnded !== seen.clientsExpected) {
    return doubt(
      `${seen.clientsExpected - seen.clientsEnded} of ${seen.clientsExpected} clients have no end`,
    );
  }
  if (seen.operationsRecorded !== seen.operationsIntended) {
    return doubt(`${seen.operationsIntended} operations were intended`);
  }
  const ledger = ledgerDoubt(seen.ledgerLines);
  if (ledger !== undefined) return doubt(ledger);
  if (seen.unproven > 0) {
    return doubt(
      `${seen.unproven} acknowledged operations have no commit in the ledger, which may lack lines`,
    );
  }
  if (seen.unrouted > 0) {
    return doubt(`${seen.unrouted} acknowledged operations are not in the balancer's log`);
  }
  return { id, verdict: 'pass', observed, limit, reason: '' };
}

/** What is wrong with what servers that are not ours have said of the ledger. */
function ledgerDoubt(lines: Completeness['ledgerLines']): string | undefined {
  if (lines === null) return undefined;
  if (lines.failure !== undefined) return `the ledger could not be noted: ${lines.failure}`;
  if (lines.unreadable > 0) {
    return `${lines.unreadable} ledger lines of the servers cannot be understood; docs/ledger.md says what they must hold`;
  }
  return undefined;
}

/** A replica that ended by itself fails the run, whatever its thresholds are; nothing is asked where none did. */
export function judgeReplicas({
  completeness: { endedByThemselves },
}: Pick<Measured, 'completeness'>): Check[] {
  if (endedByThemselves.length === 0) return [];
  const id: SoundnessId = 'replicas-stayed';
  const [first, second, third] = endedByThemselves;
  const shown = [first, second, third].filter((one) => one !== undefined).join(', ');
  const observed = `${endedByThemselves.length} ended by themselves`;
  const reason = `${shown}${endedByThemselves.length > 3 ? ', …' : ''}; what they wrote is in the folder logs of the run`;
  return [{ id, verdict: 'fail', observed, limit: '0', reason }];
}

/** A fault that did not happen, or that nobody was there to meet, proves nothing. */
function judgeFaults(scenario: Scenario, seen: Completeness): Check[] {
  const planned = scenario.faults.length;
  if (planned === 0) return [];
  const observed = `${seen.faultsEnded} of ${planned} faults`;
  const id: SoundnessId = 'faults-met';
  const check = { id, observed, limit: 'every fault, with operations after it' };
  if (seen.faultsEnded < planned) {
    return [
      {
        ...check,
        verdict: 'unknown',
        reason: `not every fault was carried out: ${seen.faultError ?? 'it has no end'}`,
      },
    ];
  }
  if (seen.lastIntendedUs < seen.lastFaultUs) {
    return [{ ...check, verdict: 'unknown', reason: 'no operation was intended after the last fault began' }];
  }
  return [{ ...check, verdict: 'pass', reason: '' }];
}

/**
 * Over this share of the time, a thread is as good as always busy: what comes next waits for it. It is the
 * median over samples that is judged, since a short burst is what `send_lag_ms` shows.
 */
const busyLimit = 0.95;

function judgeGenerator(scenario: Scenario, metrics: Metrics): Check {
  const id: SoundnessId = 'generator-on-time';
  const limitMs = scenario.workload.deadlineMs * lateShare;
  const limit = `<= ${formatDurationMs(limitMs)} late at p99`;
  const { p99: late, missed } = metrics.send_lag_ms;
  if (late === null)
    return {
      id,
      verdict: 'unknown',
      observed: 'no samples',
      limit,
      reason: 'no operation came due while its client was free',
    };
  const observed = `${formatDurationMs(late)} late at p99${missed > 0 ? `, ${missed} missed` : ''}`;
  const strain = strainOf(metrics.generator_health, limitMs);
  if (strain !== undefined) return { id, verdict: 'unknown', observed, limit, reason: strain };
  if (late <= limitMs && missed === 0) return { id, verdict: 'pass', observed, limit, reason: '' };
  const reason =
    'the load generator could not keep to the schedule, so what was measured is its own; lower --rate or --sessions';
  return { id, verdict: 'unknown', observed, limit, reason };
}

/** Why the generator's own samples forbid a verdict, with what to lower. */
function strainOf(health: Metrics['generator_health'], limitMs: number): string | undefined {
  if ('notApplicable' in health) return undefined;
  const { busy, delayMs, threads } = health;
  if (busy.p50 > busyLimit) {
    const share = `${(busy.p50 * 100).toFixed(0)} %`;
    return `the load generator's ${threads === 1 ? 'thread is' : `${threads} threads are`} busy ${share} of the time, so what was measured is its own; lower --rate or --sessions`;
  }
  if (delayMs.p50 > limitMs) {
    const late = formatDurationMs(delayMs.p50);
    return `the load generator's event loop stalls for ${late} every second, so what was measured is its own; close other programs, or lower --rate or --sessions`;
  }
  return undefined;
}
