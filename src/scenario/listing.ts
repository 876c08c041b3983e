import { type Catalog, namesIn, resolveFile } from './catalog.ts';
import { deploymentFile } from './deployment-schema.ts';
import type { DeploymentDraft } from './plan.ts';
import { draftDeployment } from './plan-deployment.ts';
import {
  type BoundableMetric,
  boundableMetrics,
  type ScenarioFile,
  scenarioFile,
} from './scenario-schema.ts';
import { loadYaml } from './yaml-file.ts';

/** What can be asked for by name, out of the catalog's own files. */

export interface ListedScenario extends Pick<ScenarioFile, 'question'> {
  name: string;
}

/** @throws HarnessError `usage` if one of the files is bad. */
export function listScenarios({ scenariosDir }: Catalog): ListedScenario[] {
  return namesIn(scenariosDir).map((name) => {
    const { value } = loadYaml(resolveFile(name, scenariosDir, 'scenario'), scenarioFile, 'scenario');
    return { name, question: value.question };
  });
}

/** @throws HarnessError `usage` if one of the files is bad. */
export function listDeployments({ deploymentsDir }: Catalog): DeploymentDraft[] {
  return namesIn(deploymentsDir).map((name) => {
    const path = resolveFile(name, deploymentsDir, 'deployment');
    const { value } = loadYaml(path, deploymentFile, 'deployment');
    return { ...draftDeployment(value, path, undefined), name };
  });
}

export interface ListedMetric {
  name: BoundableMetric;
  means: string;
}

/** What a scenario can bound, in the words of ARCHITECTURE.md, "Measures", made short. */
const metricMeanings: Record<BoundableMetric, string> = {
  session_loss: 'share of sessions that were answered with unknown session while still in use',
  state_loss: 'share of journeys whose state was missing or wrong when it was asked for',
  availability: 'share of intended operations that were ok in time at the first attempt',
  'availability.recovered': "the same, after the client's own recovery",
  'latency_ms.p50': 'milliseconds from when an operation was due to its answer, median',
  'latency_ms.p99': 'the same, 99th percentile',
  'latency_ms.max': 'the same, longest',
  'service_ms.p99': 'milliseconds from sending to answer, 99th percentile',
  recovery_ms: 'milliseconds from a fault to availability as before, longest over the faults',
  duplicate_execution: 'share of executed operations that were executed twice or more',
  lost_update: 'share of acknowledged writes that a later read did not find',
  result_loss: 'share of committed operations that the client got no answer to in time',
  misdelivery: 'share of answered operations whose answer was to another request',
  state_leak: 'share of reads that returned what another client wrote',
  stream_loss: 'share of progress events, of those sent on streams, that never came',
  stream_duplicate: 'share of events that came on their stream more than once',
  stream_leak: 'share of events that came on a stream of another call',
  input_loss: 'share of answered questions whose call never went on',
  state_forgery: 'share of altered states that a server took',
  notification_loss: 'share of notifications of changes, owed to clients that listened, that never came',
  notification_duplicate: 'share of notifications of changes that came again',
  notification_leak: 'share of notifications of changes that their client had not asked for',
  'change_delay_ms.p50': 'milliseconds from a change to each client being told of it, median',
  'change_delay_ms.p99': 'the same, 99th percentile',
  replica_cpu: 'milliseconds of CPU that the replicas used per operation that ended ok',
  'replica_rss.peak': 'MB of memory that one replica held at most',
  'replica_rss.perSession': 'MB of memory for each session held, at most',
  'replica_rss.growth': 'MB by which the replicas grow over 1000 operations that end ok',
  load_skew: 'requests of the busiest replica over the mean, 1 being even',
  task_loss: 'share of acknowledged tasks that the server lost within the time it had promised to keep them',
  result_retention: 'share of results asked for again in time that had been forgotten',
  work_after_cancel: 'share of acknowledged cancellations whose task committed its effect all the same',
  premature_handle: 'share of handles that were given out before the task was stored',
  'commit_to_known_ms.p99':
    "milliseconds from a task's effect to its client knowing that it has ended, 99th percentile",
  'notification_delay_ms.p99':
    "milliseconds from a task's final state to the notification that tells it, 99th percentile",
  polls_per_task: 'requests for state and result per task that ended, on average',
  repeated_work_ms: 'milliseconds of steps that were done again after a takeover or a retry, in all',
};

export function listMetrics(): ListedMetric[] {
  return boundableMetrics.map((name) => ({ name, means: metricMeanings[name] }));
}
