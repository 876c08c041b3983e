import { formatDurationMs, monotonicUs, widthOf } from '../core/index.ts';
import { type Counts, noCounts } from '../generator/index.ts';
import type { RunSpec } from '../scenario/index.ts';
import type { Output } from './output.ts';

/** What a person watches while runs are made: a bar that is redrawn, or without a terminal a line per run. */
export interface ProgressDisplay {
  /** A run is being brought up. */
  begin(spec: RunSpec, number: number, of: number): RunProgress;
}

export interface RunProgress {
  update(counts: Counts): void;
  workloadBegan(): void;
  /** SIGTERM did not end it. */
  replicaKilled(replica: string): void;
  end(how: 'completed' | 'interrupted' | 'failed'): void;
}

const redrawMs = 200;
const barCells = 20;

export function progressDisplay(output: Output, quiet: boolean): ProgressDisplay {
  return { begin: (spec, number, of) => runProgress(spec, `[${number}/${of}]`, output, quiet) };
}

function runProgress(spec: RunSpec, place: string, output: Output, quiet: boolean): RunProgress {
  let counts = noCounts;
  const title = `${place} ${spec.scenario.name} · ${spec.deployment.name}${spec.repeat > 0 ? ` · repeat ${spec.repeat}` : ''}`;
  const beganUs = monotonicUs();
  let workloadUs: number | undefined;
  const killed = new Set<string>();

  const summary = () => summaryOf(counts, spec.deployment);
  const line = () => {
    const room = output.noteColumns - 1;
    if (workloadUs === undefined)
      return longestThatFits([`${title}  starting replicas …`, title, place], room);
    const elapsedMs = (monotonicUs() - workloadUs) / 1000;
    const share = Math.min(1, elapsedMs / spec.scenario.durationMs);
    const full = Math.round(share * barCells);
    const bar = '█'.repeat(full) + '░'.repeat(barCells - full);
    const seconds = `${(elapsedMs / 1000).toFixed(0).padStart(2)} s`;
    return longestThatFits(
      [
        `${title}  ${bar} ${seconds}  ${summary()}`,
        `${place} ${bar} ${seconds}  ${summary()}`,
        `${place} ${bar} ${seconds}`,
        `${place} ${seconds}`,
      ],
      room,
    );
  };
  const draw = () => process.stderr.write(`\r\u001b[2K${line()}`);
  const timer = output.interactive && !quiet ? setInterval(draw, redrawMs) : undefined;
  timer?.unref();

  return {
    update: (newCounts) => {
      counts = newCounts;
    },
    workloadBegan: () => {
      workloadUs = monotonicUs();
    },
    replicaKilled: (replica) => void killed.add(replica),
    end: (how) => {
      clearInterval(timer);
      if (quiet) return;
      if (output.interactive) process.stderr.write('\r\u001b[2K');
      const took = formatDurationMs((monotonicUs() - beganUs) / 1000);
      output.note(`${title}  ${how === 'completed' ? '' : `${how} after `}${took}: ${summary()}`);
      // Who interrupts a run leaves nobody the time to end.
      if (killed.size > 0 && how !== 'interrupted') output.note(stubborn([...killed], spec.deployment));
    },
  };
}

/** In 2026-07-28 there is no session to be lost. */
function summaryOf(
  { ok, notOk, lost, arrived, tasks, tasksLost }: Counts,
  { protocol }: RunSpec['deployment'],
): string {
  const ofTasks = tasks === 0 ? '' : `, ${tasksLost} of ${tasks} tasks`;
  if (protocol === '2025-11-25') {
    return `${ok} ok, ${notOk} failed, ${lost} of ${arrived} sessions${ofTasks} lost`;
  }
  return `${ok} ok, ${notOk} failed, ${arrived} clients${ofTasks === '' ? '' : `${ofTasks} lost`}`;
}

function stubborn(replicas: readonly string[], { name }: RunSpec['deployment']): string {
  const all = [...replicas].sort().join(', ');
  return `  ${name}: ${all} did not end within the \`grace\` after SIGTERM (1 s at the end of a run), and got SIGKILL`;
}

/** A line that wraps cannot be redrawn, and leaves a trail; so it says less where there is less room. */
function longestThatFits(lines: readonly string[], columns: number): string {
  return lines.find((line) => widthOf(line) <= columns) ?? lines.at(-1)?.slice(0, columns) ?? '';
}
