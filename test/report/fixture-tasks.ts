import { type Prng, seededPrng } from '../../src/core/index.ts';
import type { Distribution, TaskLoss, TaskStory } from '../../src/measure/index.ts';
import type { Deployment } from '../../src/scenario/index.ts';
import type { Results, RunResult } from '../../src/verdict/index.ts';
import { exampleResults, rateOf } from './fixture.ts';

/**
 * Results of an experiment with tasks: 60 of five steps each, of which a crash of r2 strikes some half-way. Where tasks
 * live in memory and polls go round robin, two of three polls do not find theirs; where they live in memory and polls
 * find their replica, those of r2 are lost; in a shared store another replica takes them over.
 */

export const taskDeployments = [
  'stateful-tasks-memory',
  'stateless-tasks-memory',
  'stateless-tasks-affinity',
  'stateless-tasks-shared',
];

const tasks = 60;
const stepMs = 400;
const steps = 5;
const pollMs = 250;
const leaseMs = 500;
const deadlineMs = 6000;
export const crash = { atMs: 4000, endMs: 4640 };

/** `withOthers`: the scenarios without tasks, too, on deployments of their own. */
export function taskResults({ withOthers = false } = {}): Results {
  const results = exampleResults({ scenarios: ['long-running-tasks'], deployments: taskDeployments });
  const question = 'What becomes of long work when the replica that does it dies?';
  results.scenarios = results.scenarios.map((scenario) => ({ ...scenario, question }));
  results.deployments = results.deployments.map(withStore);
  results.runs.forEach(giveTasks);
  if (!withOthers) return results;
  const others = exampleResults();
  return {
    ...others,
    // As a plan has them that holds more deployments than a scenario is meant for.
    scenarios: [others, results].flatMap((one) =>
      one.scenarios.map((scenario) => ({
        ...scenario,
        deployments: one.deployments.map(({ name }) => name),
      })),
    ),
    deployments: [...others.deployments, ...results.deployments],
    runs: [...others.runs, ...results.runs],
  };
}

function withStore(deployment: Deployment): Deployment {
  const routing = deployment.name.startsWith('stateful') ? 'session-affinity' : 'round-robin';
  const store = deployment.name.endsWith('shared') ? 'shared' : 'memory';
  const kept = {
    lease: '500ms',
    retry: 'nobody',
    ttl: '60s',
    retention: 'kept',
    pollInterval: '250ms',
  } as const;
  return { ...deployment, routing, tasks: { store, ...kept } };
}

function giveTasks(run: RunResult): void {
  const prng = seededPrng(11).fork(run.deployment);
  const all = Array.from({ length: tasks }, (_, i) => storyOf(run.deployment, i, prng));
  const wrong = all.filter(({ anomaly }) => anomaly !== null);
  const well = all.filter(({ anomaly }) => anomaly === null);
  const moved = well.filter(({ deeds }) => deeds.some(({ what }) => what === 'taken-over'));
  const others = well.filter((story, i) => !moved.includes(story) && i % 5 === 0);
  const sample = [...others.slice(0, 8), ...moved.slice(0, 4)].sort((a, b) => a.fromUs - b.fromUs);
  run.evidence.stories = [];
  run.evidence.exchanges = [];
  run.evidence.tasks = { stories: [...wrong, ...sample], tasks, anomalies: wrong.length };
  const lost = all.filter(({ outcome, anomaly }) => outcome !== 'ok' || anomaly !== null);
  const polls = all.flatMap(({ sights }) => sights.filter(({ how }) => how === 'get')).length;
  const takenOver = all.filter(({ deeds }) => deeds.some(({ what }) => what === 'taken-over')).length;
  const flap = lost.filter(({ outcome }) => outcome === 'ok').length;
  const task_loss: TaskLoss = {
    ...rateOf(lost.length, tasks),
    kinds: { unknown: lost.length - flap, flap, stalled: 0, wronglyFailed: 0 },
  };
  const notified = run.deployment.includes('shared');
  run.metrics = {
    ...run.metrics,
    task_loss,
    result_retention: rateOf(0, tasks - lost.length + flap),
    work_after_cancel: { notApplicable: 'nothing was cancelled' },
    premature_handle: rateOf(0, tasks),
    notification_delay_ms: notified
      ? times(2 * tasks, 3.1, 14)
      : { notApplicable: 'no client listened for notifications' },
    polls_per_task: { value: polls / tasks, polls, tasks },
    commit_to_known_ms: times(tasks - lost.length + flap, notified ? 8 : 131, notified ? 31 : 262),
    repeated_work_ms: { value: takenOver * 180, steps: takenOver, tasks: takenOver },
  };
  run.series.taskSurvival.points = survivalOf(all, lost);
  const check = {
    id: 'task_loss',
    metric: 'task_loss',
    verdict: 'pass',
    observed: `${lost.length} of ${tasks}`,
    limit: lost.length > 0 ? '10 % to 100 %' : '0',
    reason: '',
  } as const;
  run.checks = [check, ...run.checks.filter(({ id }) => /record|generator/.test(id))];
}

/** From the handle to the end that the client knew, or to the first answer that the task is unknown. */
function survivalOf(all: TaskStory[], lost: TaskStory[]): RunResult['series']['taskSurvival']['points'] {
  const ends = all
    .map((story) => {
      const isLost = lost.includes(story);
      const missed = story.sights.find(({ status }) => status === null);
      const endUs = isLost && missed ? missed.atUs : story.toUs;
      return { ageMs: (endUs - (story.sights[0]?.atUs ?? 0)) / 1000, isLost };
    })
    .sort((a, b) => a.ageMs - b.ageMs);
  let alive = 1;
  const points = ends.map(({ ageMs, isLost }, i) => {
    const atRisk = all.length - i;
    if (isLost) alive *= 1 - 1 / atRisk;
    return { ageMs, alive, atRisk: atRisk - 1 };
  });
  return [{ ageMs: 0, alive: 1, atRisk: all.length }, ...points];
}

function times(count: number, p50: number, p99: number): Distribution {
  return { count, p50, p90: (p50 + p99) / 2, p99, p999: p99 * 1.1, max: p99 * 1.2 };
}

/** One task, as its deployment would have treated it. */
function storyOf(deployment: string, i: number, prng: Prng): TaskStory {
  const dueMs = 200 + i * 110 + prng.next() * 20;
  const handleMs = dueMs + 6 + prng.next() * 12;
  const first = `r${(i % 3) + 1}`;
  const inMemory = !deployment.includes('shared');
  const rotates = deployment === 'stateless-tasks-memory';
  const struck = first === 'r2' && dueMs < crash.atMs && dueMs + steps * stepMs > crash.atMs;
  const deeds: TaskStory['deeds'] = [];
  const ownerEnds: TaskStory['ownerEnds'] = [];
  const deed = (atMs: number, what: TaskStory['deeds'][number]['what'], replica: string, step?: number) =>
    deeds.push({ atUs: us(atMs), what, replica, boot: 1, ...(step === undefined ? {} : { step }) });
  deed(handleMs - 3, 'created', first);
  let nowMs = handleMs;
  let owner = first;
  for (let step = 1; step <= steps; step++) {
    nowMs += stepMs + prng.next() * 12;
    if (struck && owner === 'r2' && nowMs > crash.atMs) {
      ownerEnds.push({ atUs: us(crash.atMs), replica: 'r2', boot: 1 });
      if (inMemory) break;
      owner = i % 2 === 0 ? 'r3' : 'r1';
      deed(crash.atMs + leaseMs, 'taken-over', owner);
      nowMs = crash.atMs + leaseMs + stepMs;
    }
    deed(nowMs, 'step', owner, step);
  }
  const dies = struck && inMemory;
  if (!dies) {
    deed(nowMs + 2, 'commit', owner);
    deed(nowMs + 4, 'completed', owner);
  }
  const sights: TaskStory['sights'] = [{ atUs: us(handleMs), how: 'created', status: 'working' }];
  let unknown = 0;
  let toMs = dueMs + deadlineMs;
  for (
    let atMs = handleMs + pollMs, n = 1;
    atMs < dueMs + deadlineMs;
    atMs += pollMs + prng.next() * 8, n++
  ) {
    const isFound = rotates ? prng.next() < 1 / 3 : !(dies && atMs > crash.atMs);
    if (!isFound) {
      unknown += 1;
      sights.push({ atUs: us(atMs), how: 'get', status: null, why: 'unknown-task' });
      if (unknown % 5 === 0) {
        toMs = atMs;
        break;
      }
      continue;
    }
    const isOver = !dies && atMs > nowMs + 4;
    if (rotates) unknown = Math.floor(unknown / 5) * 5 + (unknown % 5 === 0 ? 0 : 1);
    if (isOver && deployment.includes('shared') && n % 2 === 0)
      sights.push({ atUs: us(nowMs + 9), how: 'notification', status: 'completed' });
    else sights.push({ atUs: us(atMs), how: 'get', status: isOver ? 'completed' : 'working' });
    if (isOver) {
      toMs = atMs;
      break;
    }
  }
  const ended = sights.some(({ status }) => status === 'completed');
  const missed = sights.filter(({ status }) => status === null).length;
  return {
    opId: `c${i + 1}.1`,
    client: `c${i + 1}`,
    taskId: `5f0c9a3e-7b1d-4e52-9c80-${String(100_000_000_000 + i * 7919)}`,
    anomaly: anomalyOf({ ended, missed, struck }),
    fromUs: us(dueMs),
    toUs: us(toMs),
    outcome: ended ? 'ok' : 'info',
    deeds,
    ownerEnds,
    sights: sights.sort((a, b) => a.atUs - b.atUs),
  };
}

function anomalyOf(about: { ended: boolean; missed: number; struck: boolean }): string | null {
  const { ended, missed, struck } = about;
  if (!ended && struck) return 'unknown to the server from the end of its owner on, and not found again';
  if (!ended) return `unknown to the server in ${missed} polls, and not found again`;
  if (missed > 0) return `unknown to the server in ${missed} polls, and found again`;
  return null;
}

function us(ms: number): number {
  return Math.round(ms * 1000);
}
