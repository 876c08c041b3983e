import type { ClientKind, ProtocolRevision } from '../record/index.ts';
import type { PlannedData } from './data-schema.ts';
import type { DeploymentFile } from './deployment-schema.ts';
import type { FaultStep } from './fault-schema.ts';
import type { ScenarioFile } from './scenario-schema.ts';

/** A scenario with everything filled in; all that a run needs to know of it. */
export interface Scenario
  extends Omit<ScenarioFile, 'data' | 'deployments' | 'duration' | 'faults' | 'workload'> {
  /** Those of the plan's deployments that it is run over; absent: all of them. */
  deployments?: string[];
  durationMs: number;
  /** Rows for the clients, if the journey uses any. */
  data?: PlannedData;
  workload: Omit<ScenarioFile['workload'], 'arrivals' | 'stay' | 'rate' | 'deadline' | 'turnaround'> & {
    arrivals: { overMs: number; process: 'poisson' | 'even' };
    /** From arrival to leaving; null: until the run ends. */
    stayMs: number | null;
    /** Operations per second of all clients together, once all have arrived. */
    ratePerSecond: number;
    deadlineMs: number;
    /** Mean time between an answer and a request that follows from it. */
    turnaroundMs: number;
  };
  /** In order of `atMs`. */
  faults: (FaultStep & { atMs: number })[];
}

export interface Deployment extends Omit<DeploymentFile, 'routing'> {
  state: NonNullable<DeploymentFile['state']>;
  /** `none`: nothing of ours is between the clients and the server. */
  routing: NonNullable<DeploymentFile['routing']> | 'none';
  replicas: number;
  protocol: ProtocolRevision;
}

/** A deployment whose server may still have to be asked for the revision it speaks. */
export interface DeploymentDraft extends Omit<Deployment, 'protocol'> {
  protocol: ProtocolRevision | 'auto';
}

/** The machine and the software that a plan is carried out with. */
export interface Environment {
  node: string;
  cpu: string;
  cores: number;
  memoryBytes: number;
  os: string;
  packages: Record<string, string>;
  /** Absent where nothing ran in containers. */
  engine?: ContainerEngine | undefined;
}

/** What containers ran on. */
export interface ContainerEngine {
  name: string;
  version: string;
  /** The newest version of Docker's API that it speaks. */
  apiVersion: string;
  isRootless: boolean;
  /** Of control groups: 1 or 2. */
  cgroupVersion: number;
}

/** `plan.json`: what was asked, with every default filled in. Immutable once made. */
export interface Plan {
  schemaVersion: 1;
  tool: { name: 'mcp-windtunnel'; version: string };
  /** Wall clock, ISO 8601. */
  startedAt: string;
  environment: Environment;
  /** The command line that repeats it. */
  command: string;
  seed: number;
  repeats: number;
  /** Where replicas, balancer and store run. */
  backend: 'process' | 'container';
  balancer: 'embedded';
  /** Where deployments with `state: shared` keep it. */
  store: 'sqlite' | 'redis';
  /** Without its password; absent where each run had a server of its own. */
  redisUrl?: string;
  /** Which clients make the load. */
  client: ClientKind;
  scenarios: Scenario[];
  deployments: Deployment[];
}

/** A plan before any server was asked. */
export interface PlanDraft extends Omit<Plan, 'deployments'> {
  deployments: DeploymentDraft[];
}

/** One run: one scenario on one deployment, once. */
export interface RunSpec {
  scenario: Scenario;
  deployment: Deployment;
  repeat: number;
  client: ClientKind;
  seed: number;
  /** Relative to the experiment's folder. */
  folder: string;
}
