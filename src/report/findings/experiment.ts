import { type Deployment, deploymentsOf, type Scenario } from '../../scenario/index.ts';
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
  /** In the order of the experiment's deployments, without those that it is not meant for. */
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
    cells: ownDeployments(name, plan, results.runs, deployments).map((deployment) => ({
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

/** Those that the scenario was meant for, whether it came to them or not, and those that it was run on all the same. */
function ownDeployments(
  scenario: string,
  plan: Scenario | undefined,
  runs: readonly RunResult[],
  deployments: DeploymentView[],
): DeploymentView[] {
  const meant = plan ? deploymentsOf(deployments, plan) : [];
  const met = new Set(runs.filter((run) => run.scenario === scenario).map((run) => run.deployment));
  const own = deployments.filter((one) => meant.includes(one) || met.has(one.name));
  return own.length === 0 ? deployments : own;
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
