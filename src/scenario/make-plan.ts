import { HarnessError } from '../core/index.ts';
import type { ClientKind } from '../record/index.ts';
import { checkDeploymentBackend, checkFaultsBackend } from './backend-rules.ts';
import { type Catalog, namesIn, resolveFile } from './catalog.ts';
import { checkBus, checkSubscriptions } from './change-rules.ts';
import { checkChosen, chosenFor, deploymentsOf, withChoice } from './chosen-deployments.ts';
import { planData } from './data-file.ts';
import { type DeploymentFile, deploymentFile } from './deployment-schema.ts';
import { durationMs, momentMs, ratePerSecond } from './fields.ts';
import { checkAnswers } from './input-rules.ts';
import { callsOf, subscribedIn, templatesOf } from './journey-schema.ts';
import type { DeploymentDraft, Environment, Plan, PlanDraft, RunSpec, Scenario } from './plan.ts';
import { draftDeployment, settledPlan, usesSharedStore } from './plan-deployment.ts';
import type { Problem } from './problems.ts';
import { checkData, checkDeployment, checkRows, checkScenario } from './rules.ts';
import { type ScenarioFile, scenarioFile } from './scenario-schema.ts';
import { checkStreamSteps, checkStreamsKey } from './stream-rules.ts';
import { checkTaskJourney, deploymentsWithTasks } from './task-journey-rules.ts';
import { dataColumns } from './template.ts';
import { type LoadedFile, loadYaml } from './yaml-file.ts';

/** What the command line asks for; what is absent comes from the files. */
export interface PlanRequest {
  scenarios: readonly string[];
  /** None: those that each scenario names. */
  deployments: readonly string[];
  /** For scenarios that name none. */
  defaultDeployments?: readonly string[] | undefined;
  replicas?: number | undefined;
  repeats: number;
  durationMs?: number | undefined;
  sessions?: number | undefined;
  ratePerSecond?: number | undefined;
  /** Default: wire. */
  client?: ClientKind | undefined;
  seed: number;
  /** Default: process. */
  backend?: Plan['backend'] | undefined;
  /** SQLite, if nothing is said. */
  sharedStore?: Pick<Plan, 'store' | 'redisUrl'>;
  command: string;
  tool: Plan['tool'];
  startedAt: string;
  environment: Environment;
  /** Where `${env:NAME}` comes from; none, if nothing is said. */
  env?: Readonly<Record<string, string | undefined>>;
}

/** The plan of an experiment in which no server has to be asked anything. */
export function makePlan(request: PlanRequest, catalog: Catalog): Plan {
  return settledPlan(draftPlan(request, catalog));
}

/**
 * Reads the files that were named, checks that they make sense together and fills in every default.
 * @throws HarnessError `usage` for a missing file or a bad one, with file, line, key and what is allowed.
 */
export function draftPlan(request: PlanRequest, catalog: Catalog): PlanDraft {
  const files = request.scenarios.map((name) => {
    const file = loadYaml(resolveFile(name, catalog.scenariosDir, 'scenario'), scenarioFile, 'scenario');
    file.refuse(checkChosen(file.value, catalog));
    return file;
  });
  const chosen = files.map(({ value }) => chosenFor(value, request));
  // One that the command line names twice is refused below; two scenarios may well name the same.
  const wanted = request.deployments.length > 0 ? request.deployments : [...new Set(chosen.flat())];
  const loaded = wanted.map((name) => {
    const path = resolveFile(name, catalog.deploymentsDir, 'deployment');
    return [name, toDeployment(loadYaml(path, deploymentFile, 'deployment'), request)] as const;
  });
  const deployments = loaded.map(([, deployment]) => deployment);
  refuseDuplicates('deployment', deployments);
  const sharedStore = request.sharedStore ?? { store: 'sqlite' };
  refuseIdleStore(sharedStore.store, deployments);
  const known = [...namesIn(catalog.deploymentsDir), ...deployments.map((deployment) => deployment.name)];
  const scenarios = files.map((file, i) => {
    const own = loaded.filter(([name]) => chosen[i]?.includes(name)).map(([, deployment]) => deployment);
    return withChoice(
      toScenario(file, request, own, known, catalog),
      own.map(({ name }) => name),
      deployments.map(({ name }) => name),
    );
  });
  refuseDuplicates('scenario', scenarios);
  return {
    schemaVersion: 1,
    tool: request.tool,
    startedAt: request.startedAt,
    environment: request.environment,
    command: request.command,
    seed: request.seed,
    repeats: request.repeats,
    backend: request.backend ?? 'process',
    balancer: 'embedded',
    ...sharedStore,
    client: request.client ?? 'wire',
    scenarios,
    deployments,
  };
}

/**
 * The runs of a plan in the order in which they are made. Repeats alternate their direction (A B, B A, …), so
 * that a drift of the machine hits both sides of a comparison alike.
 */
export function runsOf(plan: Plan): RunSpec[] {
  const several = plan.scenarios.length > 1;
  return plan.scenarios.flatMap((scenario) =>
    Array.from({ length: plan.repeats }, (_, repeat) => {
      const own = deploymentsOf(plan.deployments, scenario);
      const inOrder = repeat % 2 === 0 ? own : own.reverse();
      return inOrder.map((deployment) => ({
        scenario,
        deployment,
        repeat,
        client: plan.client,
        // Each repeat draws other arrivals; the same repeat draws the same for every deployment.
        seed: plan.seed + repeat,
        folder: `runs/${several ? `${scenario.name}/` : ''}${deployment.name}-${repeat}`,
      }));
    }).flat(),
  );
}

function toDeployment(file: LoadedFile<DeploymentFile>, request: PlanRequest): DeploymentDraft {
  file.refuse([
    ...checkDeployment(file.value),
    ...checkStreamsKey(file.value),
    ...checkBus(file.value),
    ...checkDeploymentBackend(file.value, request.backend ?? 'process'),
  ]);
  return draftDeployment(file.value, file.path, request.replicas);
}

function toScenario(
  file: LoadedFile<ScenarioFile>,
  request: PlanRequest,
  deployments: readonly DeploymentDraft[],
  knownDeployments: readonly string[],
  catalog: Catalog,
): Scenario {
  const { data, deployments: _chosen, duration, faults, workload, ...rest } = file.value;
  const { arrivals, stay, rate, deadline, turnaround, ...work } = workload;
  const runMs = request.durationMs ?? durationMs(duration);
  const scenario: Scenario = {
    ...rest,
    durationMs: runMs,
    workload: {
      ...work,
      sessions: request.sessions ?? work.sessions,
      arrivals: { overMs: momentMs(arrivals.over, runMs), process: arrivals.process },
      stayMs: stay === undefined ? null : durationMs(stay),
      ratePerSecond: request.ratePerSecond ?? ratePerSecond(rate),
      deadlineMs: durationMs(deadline),
      turnaroundMs: durationMs(turnaround),
    },
    faults: faults.map((fault) => ({ ...fault, atMs: momentMs(fault.at, runMs) })),
  };
  const columns = dataColumns([...callsOf(work.journey).map(templatesOf), subscribedIn(work.journey)]);
  const problems: Problem[] = [
    ...checkData(data, columns),
    ...checkStreamSteps(work.journey),
    ...checkAnswers(work.journey),
    ...checkSubscriptions(work.journey, deployments),
    ...checkScenario(scenario, deployments, knownDeployments, request.env ?? {}),
    ...checkTaskJourney(work.journey, deployments, () => deploymentsWithTasks(catalog)),
    ...checkFaultsBackend(scenario, deployments, request.backend ?? 'process'),
  ];
  file.refuse(problems);
  const timed = { ...scenario, faults: scenario.faults.toSorted((a, b) => a.atMs - b.atMs) };
  if (data === undefined) return timed;
  const planned = planData(data, file.path, columns);
  file.refuse(checkRows(planned, scenario.workload.sessions));
  return { ...timed, data: planned };
}

/** Who asks for Redis wants to see it at work. */
function refuseIdleStore(store: Plan['store'], deployments: readonly DeploymentDraft[]): void {
  if (store === 'sqlite' || deployments.some(usesSharedStore)) return;
  const names = deployments.map(({ name }) => name).join(', ');
  throw new HarnessError('usage', `--store ${store}: no deployment would use it (${names})`, {
    hint: 'It is for deployments with `state: shared`, or tasks or a bus in a shared store, such as stateful-shared-store and stateless.',
  });
}

function refuseDuplicates(kind: string, named: readonly { name: string }[]): void {
  const seen = new Set<string>();
  for (const { name } of named) {
    if (seen.has(name)) {
      throw new HarnessError('usage', `the ${kind} ${name} is asked for twice`, {
        hint: `Name each ${kind} once; --repeat runs it several times.`,
      });
    }
    seen.add(name);
  }
}
