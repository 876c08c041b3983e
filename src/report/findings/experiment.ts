import type { Deployment, Scenario } from '../../scenario/index.ts';
import type { Results, RunResult } from '../../verdict/index.ts';

/** One scenario on one deployment: its repeats, in order. Empty if the experiment was cut short before. */
export interface Cell {
  scenario: string;
  deployment: DeploymentView;
  runs: RunResult[];
  /** Metrics that the scenario does not judge here on purpose, each with its reason. */
  skipped: Record<string, string>;
}

export interface DeploymentView {
  name: string;
  /** Its place in the experiment; its colour throughout the report follows from it. */
  index: number;
  /** e.g. `2025-11-25 · state in memory · round-robin · 3 replicas`; empty if the plan lacks it. */
  facts: string;
  description: string;
  /** Its protocol has no sessions, so that there is none to lose. */
  sessionless: boolean;
}

export interface ScenarioView {
  name: string;
  /** For anchors; unique in the experiment. */
  id: string;
  question: string;
  plan: Scenario | undefined;
  /** In the order of the experiment's deployments, without those that only other scenarios were run on. */
  cells: Cell[];
}

export interface Experiment {
  scenarios: ScenarioView[];
  deployments: DeploymentView[];
  /** The highest number of repeats of any cell. */
  repeats: number;
}

/** Orders the runs by scenario and deployment, as planned; a run that no plan names is kept at the end. */
export function experimentOf(results: Results): Experiment {
  const deployments = named(results.deployments, results.runs, 'deployment').map(viewOf);
  const scenarios = named(results.scenarios, results.runs, 'scenario').map(([name, plan], index) => ({
    name,
    id: `${slug(name)}-${index + 1}`,
    question: plan?.question ?? '',
    plan,
    cells: deploymentsOf(name, results.runs, deployments).map((deployment) => ({
      scenario: name,
      deployment,
      runs: results.runs
        .filter((run) => run.scenario === name && run.deployment === deployment.name)
        .sort((a, b) => a.repeat - b.repeat),
      skipped: skippedFor(plan, deployment.name),
    })),
  }));
  const repeats = Math.max(0, ...scenarios.flatMap((s) => s.cells.map((cell) => cell.runs.length)));
  return { scenarios, deployments, repeats };
}

/**
 * Scenarios may have deployments of their own: those that only others were run on are left out. Scenarios that share
 * one are compared on all that any of them has. What was run nowhere stays, so that it is seen to be missing.
 */
function deploymentsOf(
  scenario: string,
  runs: readonly RunResult[],
  deployments: DeploymentView[],
): DeploymentView[] {
  const own = new Set(runs.filter((run) => run.scenario === scenario).map((run) => run.deployment));
  if (own.size === 0) return deployments;
  for (let size = 0; size !== own.size; ) {
    size = own.size;
    const others = new Set(runs.filter((run) => own.has(run.deployment)).map((run) => run.scenario));
    for (const run of runs) if (others.has(run.scenario)) own.add(run.deployment);
  }
  const elsewhere = new Set(runs.map((run) => run.deployment).filter((name) => !own.has(name)));
  return deployments.filter(({ name }) => !elsewhere.has(name));
}

function named<T extends { name: string }>(
  planned: T[],
  runs: RunResult[],
  key: 'scenario' | 'deployment',
): [string, T | undefined][] {
  const byName = new Map<string, T | undefined>(planned.map((one) => [one.name, one]));
  for (const run of runs) if (!byName.has(run[key])) byName.set(run[key], undefined);
  return [...byName];
}

function skippedFor(plan: Scenario | undefined, deployment: string): Record<string, string> {
  const thresholds = Object.entries({ ...plan?.expect.all, ...plan?.expect[deployment] });
  return Object.fromEntries(
    thresholds.flatMap(([metric, threshold]) =>
      threshold?.skip === undefined ? [] : [[metric, threshold.skip] as const],
    ),
  );
}

function viewOf([name, plan]: [string, Deployment | undefined], index: number): DeploymentView {
  return {
    name,
    index,
    description: plan?.description ?? '',
    sessionless: plan?.protocol === '2026-07-28',
    facts: plan ? factsOf(plan) : '',
  };
}

const whereState: Record<Deployment['state'], string[]> = {
  memory: ['state in replica memory'],
  shared: ['state in a shared store'],
  unknown: [],
};

function factsOf(plan: Deployment): string {
  if (plan.routing === 'none') return `MCP ${plan.protocol} · external, asked directly`;
  const routing = plan.routing === 'session-affinity' ? 'session affinity' : plan.routing;
  const replicas = `${plan.replicas} replica${plan.replicas === 1 ? '' : 's'}`;
  return [
    `MCP ${plan.protocol}`,
    ...whereState[plan.state],
    ...(plan.tasks ? [tasksOf(plan.tasks)] : []),
    routing,
    replicas,
  ].join(' · ');
}

function tasksOf({ store, retry, retention }: NonNullable<Deployment['tasks']>): string {
  const where = store === 'memory' ? 'tasks in replica memory' : 'tasks in a shared store';
  const retried = retry === 'server' ? ', retried by the server' : '';
  const kept = { kept: '', short: ', kept briefly', ignored: ', kept shorter than promised' }[retention];
  return `${where}${retried}${kept}`;
}

function slug(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'scenario'
  );
}
