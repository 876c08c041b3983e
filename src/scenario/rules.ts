import { formatDurationMs } from '../core/index.ts';
import { checkAnswerUse } from './answer-schema.ts';
import type { DataField, PlannedData } from './data-schema.ts';
import { type DeploymentFile, servers } from './deployment-schema.ts';
import { durationMs } from './fields.ts';
import { checkForeign } from './foreign-rules.ts';
import { type CallStep, callsOf, type JourneyStep, templatesOf } from './journey-schema.ts';
import type { DeploymentDraft, Scenario } from './plan.ts';
import type { Problem } from './problems.ts';
import { checkSecrets } from './run-secrets.ts';
import { unitOf } from './scenario-schema.ts';
import { callIntervalUs } from './schedule.ts';
import { checkTasks } from './task-rules.ts';
import { placeholders } from './template.ts';

/** What a schema cannot say: rules between the values of a file, and between files. */

export function checkDeployment(deployment: DeploymentFile): Problem[] {
  const { server } = deployment;
  if (typeof server !== 'string') {
    return [
      ...checkForeign(deployment, server),
      ...checkRouting(deployment, 'the server', server.protocol),
      ...checkTasks(deployment),
    ];
  }
  const problems: Problem[] = [];
  if (deployment.state === undefined || deployment.state === 'unknown') {
    problems.push({ path: ['state'], message: `of ${server} must be said; allowed: memory, shared` });
  }
  if (deployment.routing === undefined) {
    const allowed = 'round-robin, session-affinity, task-affinity, hash, consistent-hash';
    problems.push({ path: ['routing'], message: `is missing; allowed: ${allowed}` });
  }
  return [...problems, ...checkRouting(deployment, server, servers[server]), ...checkTasks(deployment)];
}

function checkRouting({ routing }: DeploymentFile, server: string, protocol: string): Problem[] {
  const refused = (what: string, allowed: string): Problem[] => [
    { path: ['routing'], message: `${server} has no ${what} to route by; allowed: ${allowed}` },
  ];
  if (routing === 'session-affinity' && protocol === '2026-07-28') {
    return refused('sessions', 'round-robin, task-affinity, hash, consistent-hash');
  }
  if (routing === 'task-affinity' && protocol === '2025-11-25') {
    return refused('Mcp-Name', 'round-robin, session-affinity, hash, consistent-hash');
  }
  return [];
}

export function checkScenario(
  scenario: Scenario,
  deployments: readonly DeploymentDraft[],
  knownDeployments: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Problem[] {
  return [
    ...checkWorkload(scenario),
    ...checkJourney(scenario.workload.journey, env),
    ...scenario.faults.flatMap((_, i) => checkFault(scenario, i, deployments)),
    ...checkExpectations(scenario, knownDeployments),
  ];
}

function checkWorkload(scenario: Scenario): Problem[] {
  const problems: Problem[] = [];
  const { arrivals, journey } = scenario.workload;
  if (scenario.durationMs < 100) {
    problems.push({ path: ['duration'], message: 'must be at least 100ms' });
  }
  if (arrivals.overMs > scenario.durationMs) {
    problems.push({
      path: ['workload', 'arrivals', 'over'],
      message: `must be within the run, which lasts ${formatDurationMs(scenario.durationMs)}`,
    });
  }
  const { stayMs } = scenario.workload;
  if (stayMs !== null && stayMs < 1) {
    problems.push({ path: ['workload', 'stay'], message: 'must be at least 1ms' });
    return problems;
  }
  const intervalUs = callIntervalUs(scenario);
  const headUs = journey.filter((step) => 'call' in step).length * intervalUs;
  if (headUs > (scenario.durationMs - arrivals.overMs) * 1000) {
    problems.push({
      path: ['workload', 'rate'],
      message: `too low: a client calls every ${formatDurationMs(intervalUs / 1000)}, so one that arrives last does not finish its journey in ${formatDurationMs(scenario.durationMs)}; raise the rate, or lower sessions`,
    });
  }
  return problems;
}

function checkJourney(
  journey: readonly JourneyStep[],
  env: Readonly<Record<string, string | undefined>>,
): Problem[] {
  const saved = new Set<string>();
  const problems: Problem[] = [];
  const checkCall = (step: CallStep, path: PropertyKey[]) => {
    const templates = templatesOf(step);
    problems.push(...checkSecrets(templates, path, env));
    for (const name of placeholders(templates)) {
      if (name === 'opId' || name === 'client' || saved.has(name)) continue;
      const known = ['opId', 'client', ...saved].join(', ');
      problems.push({ path, message: `\${${name}} is saved by no earlier call; known here: ${known}` });
    }
    problems.push(...checkAnswerUse(step, path));
    for (const name of Object.keys(step.save ?? {})) saved.add(name);
    if (step.writes !== undefined && !placeholders(step.writes).includes('opId')) {
      const message =
        'must contain ${opId}: values that do not differ could not be told apart when they are read';
      problems.push({ path: [...path, 'writes'], message });
    }
  };
  journey.forEach((step, i) => {
    const inner = 'repeat' in step ? step.steps : [step];
    inner.forEach((plain, j) => {
      const path = ['workload', 'journey', i, ...('repeat' in step ? ['steps', j] : [])];
      if ('call' in plain) checkCall(plain, path);
    });
    if ('repeat' in step && step.repeat === 'fill' && !step.steps.some((plain) => 'call' in plain)) {
      problems.push({ path: ['workload', 'journey', i, 'steps'], message: '`repeat: fill` needs a call' });
    }
    if ('repeat' in step && step.repeat === 'fill')
      problems.push(...checkFillPace(step.steps, ['workload', 'journey', i]));
  });
  if (callsOf(journey).length === 0)
    problems.push({ path: ['workload', 'journey'], message: 'needs at least one call' });
  return problems;
}

/** Data and its use belong together; which columns there are, the file tells. */
export function checkData(data: DataField | undefined, columns: readonly string[]): Problem[] {
  const [first] = columns;
  if (data === undefined && first !== undefined) {
    const message = `\${data.${first}} is used, and there is no data; add \`data: {file: …}\``;
    return [{ path: ['workload', 'journey'], message }];
  }
  if (data === undefined || first !== undefined) return [];
  return [
    { path: ['data'], message: 'is used by no call; `${data.column}` in its arguments inserts a value' },
  ];
}

export function checkRows({ rows, reuse }: PlannedData, clients: number): Problem[] {
  if (reuse || clients <= rows) return [];
  const message = `there are ${rows} rows for ${clients} clients (workload.sessions), and none may be used twice`;
  return [{ path: ['data', 'reuse'], message }];
}

function checkFillPace(steps: readonly JourneyStep[], path: PropertyKey[]): Problem[] {
  const thinks = steps.filter((step) => 'think' in step);
  const thinkMs = thinks.reduce((sum, step) => sum + ('think' in step ? durationMs(step.think) : 0), 0);
  if (thinks.length === 0 || thinkMs >= 1) return [];
  return [{ path, message: 'a closed loop that fills the time must think for at least 1ms in each round' }];
}

function checkFault(scenario: Scenario, index: number, deployments: readonly DeploymentDraft[]): Problem[] {
  const fault = scenario.faults[index];
  if (fault === undefined) return [];
  const path = ['faults', index];
  if (fault.atMs >= scenario.durationMs) {
    const end = formatDurationMs(scenario.durationMs);
    return [
      {
        path: [...path, 'at'],
        message: `is after the end; allowed: before ${end} (duration), or a share below 100%`,
      },
    ];
  }
  const external = deployments.find(({ routing }) => routing === 'none');
  if (external !== undefined) {
    const message = `needs a server whose process is ours, which that of ${external.name} (url) is not; leave one of the two out, or take a scenario without faults, such as steady`;
    return [{ path, message }];
  }
  const fewest = Math.min(
    ...deployments.map((deployment) => replicasBefore(scenario, fault.atMs, deployment.replicas)),
  );
  if (fewest < 1) return [{ path, message: 'no replica is left by then' }];
  if ('replica' in fault && typeof fault.replica === 'number' && fault.replica > fewest) {
    return [
      {
        path: [...path, 'replica'],
        message: `there are only ${fewest} replicas then; allowed: 1 to ${fewest}, or random`,
      },
    ];
  }
  if (fault.fault === 'scale-in' && fault.remove >= fewest) {
    return [
      {
        path: [...path, 'remove'],
        message: `there are only ${fewest} replicas then, and one must stay; allowed: 1 to ${fewest - 1}`,
      },
    ];
  }
  return [];
}

/** How many replicas the timeline has left at a time. */
function replicasBefore(scenario: Scenario, atMs: number, atBegin: number): number {
  const earlier = scenario.faults.filter((fault) => fault.atMs < atMs);
  return earlier.reduce((count, fault) => {
    if (fault.fault === 'scale-out') return count + fault.add;
    if (fault.fault === 'scale-in') return count - fault.remove;
    if (fault.fault === 'crash' && !fault.replace) return count - 1;
    return count;
  }, atBegin);
}

/** A misspelt deployment would take its thresholds out of the judgement without a word. */
function checkExpectations(scenario: Scenario, knownDeployments: readonly string[]): Problem[] {
  const known = [...new Set(['all', ...knownDeployments])];
  return Object.entries(scenario.expect).flatMap(([name, thresholds]) => {
    const path = ['expect', name];
    if (!known.includes(name)) return [{ path, message: `no such deployment; allowed: ${known.join(', ')}` }];
    return Object.entries(thresholds).flatMap(([metric, threshold]) =>
      checkThreshold(metric, threshold ?? {}, [...path, metric]),
    );
  });
}

/** A bound that nothing can break, or that nothing can keep, is a slip: 5 for 5 %, say. */
function checkThreshold(
  metric: string,
  { min = 0, max }: { min?: number | undefined; max?: number | undefined },
  path: PropertyKey[],
): Problem[] {
  const isShare = unitOf(metric) === 'share';
  const highest = isShare ? 1 : Number.POSITIVE_INFINITY;
  const allowed = isShare ? '0 to 1 (a share: 0.05 is 5 %)' : 'from 0';
  if (min < 0 || min > highest) return [{ path: [...path, 'min'], message: `allowed: ${allowed}` }];
  if (max === undefined) return [];
  if (max < 0 || max > highest) return [{ path: [...path, 'max'], message: `allowed: ${allowed}` }];
  return max < min ? [{ path: [...path, 'max'], message: `is below min, ${min}` }] : [];
}
