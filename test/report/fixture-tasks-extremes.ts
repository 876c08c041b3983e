import type { TaskStory } from '../../src/measure/index.ts';
import type { Results } from '../../src/verdict/index.ts';
import { rateOf } from './fixture.ts';
import { formula, hostile } from './fixture-extremes.ts';
import { taskResults } from './fixture-tasks.ts';

/** Results with tasks that no report may stumble over. */

function storiesChanged(
  change: (story: TaskStory, i: number) => TaskStory,
  results = taskResults(),
): Results {
  for (const { evidence } of results.runs) evidence.tasks.stories = evidence.tasks.stories.map(change);
  return results;
}

/** Two hundred anomalies in every run, of three kinds, each of forty steps and as many polls. */
export function manyAnomalies(): Results {
  const results = taskResults();
  for (const { evidence } of results.runs) {
    const [story] = evidence.tasks.stories;
    if (!story) continue;
    evidence.tasks = {
      tasks: 100_000,
      anomalies: 20_000,
      stories: Array.from({ length: 200 }, (_, i) => longStory(story, i)),
    };
  }
  return results;
}

function longStory(story: TaskStory, i: number): TaskStory {
  const times = Array.from({ length: 40 }, (_, n) => story.fromUs + 20_000 + n * 70_000);
  return {
    ...story,
    opId: `c${i}.1`,
    anomaly:
      [`unknown ${i} times, and not found again`, 'executed 2 times', `in no final state ${i}`][i % 3] ?? '',
    toUs: story.fromUs + 3_000_000,
    deeds: times.map((atUs, n) => ({ atUs, what: 'step', replica: `r${1 + (n % 3)}`, boot: 1, step: n + 1 })),
    sights: times.map((atUs, n) => ({
      atUs,
      how: 'get',
      status: n % 2 === 0 ? 'working' : null,
      ...(n % 2 === 0 ? {} : { why: 'unknown-task (200, -32602)' }),
    })),
  };
}

/** As a server, a balancer or a scenario could have written it. */
export function hostileTasks(): Results {
  return storiesChanged((story, i) => ({
    ...story,
    opId: i === 0 ? formula : `${hostile} ${i}`,
    client: hostile,
    taskId: i === 1 ? 'x'.repeat(10_000) : `"><script>alert(1)</script>${hostile}`,
    anomaly: i % 2 === 0 ? hostile.repeat(20) : null,
    deeds: story.deeds.map((deed) => ({ ...deed, replica: hostile })),
    ownerEnds: story.ownerEnds.map((end) => ({ ...end, replica: `${hostile}2` })),
    sights: story.sights.map((sight) => (sight.status === null ? { ...sight, why: hostile } : sight)),
  }));
}

/** The tool answered at once: nothing was made a task of. */
export function noTaskAcknowledged(): Results {
  const results = taskResults();
  const none = { count: 0, p50: null, p90: null, p99: null, p999: null, max: null };
  for (const run of results.runs) {
    run.evidence.tasks = { stories: [], tasks: 0, anomalies: 0 };
    run.series.taskSurvival = { points: [] };
    run.metrics = {
      ...run.metrics,
      task_loss: { ...rateOf(0, 0), kinds: { unknown: 0, flap: 0, stalled: 0, wronglyFailed: 0 } },
      result_retention: rateOf(0, 0),
      premature_handle: rateOf(0, 0),
      notification_delay_ms: none,
      polls_per_task: { value: null, polls: 0, tasks: 0 },
      commit_to_known_ms: none,
      repeated_work_ms: { value: 0, steps: 0, tasks: 0 },
    };
  }
  return results;
}

/** A server of somebody else: nothing is known of who worked on what. */
export function withoutLedger(): Results {
  return storiesChanged((story) => ({ ...story, deeds: [], ownerEnds: [] }));
}

/** One that is waited for in vain for an hour, times that lie before the call, and a task of which nothing is known. */
export function oddTimes(): Results {
  return storiesChanged((story, i) => {
    if (i === 0) return { ...story, toUs: story.fromUs + 3_600_000_000, sights: [], deeds: [] };
    if (i === 1) return { ...story, toUs: story.fromUs - 5 };
    if (i === 2) return { ...story, fromUs: 0, toUs: 0, sights: [], deeds: [], ownerEnds: [] };
    return story;
  });
}
