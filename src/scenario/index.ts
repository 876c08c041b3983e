// Scenario: schema, defaults and validation of scenario and deployment files; they become an immutable Plan.
// It exports plain data and knows nothing of how a plan is carried out.
export {
  type DeploymentFile,
  deploymentFile,
  type ReferenceServer,
  referenceServers,
} from './deployment-schema.ts';
export type { FaultName, FaultStep } from './fault-schema.ts';
export type { CallStep, JourneyStep, PlainStep } from './journey-schema.ts';
export type { Deployment, Plan, RunSpec, Scenario } from './plan.ts';
export {
  type BoundableMetric,
  boundableMetrics,
  type Policy,
  type ScenarioFile,
  scenarioFile,
  type Threshold,
} from './scenario-schema.ts';
