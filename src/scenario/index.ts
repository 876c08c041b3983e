// Scenario: schema, defaults and validation of scenario and deployment files; they become an immutable Plan.
// It exports plain data and knows nothing of how a plan is carried out.

export { type AnswerTest, patternOf, testOf } from './answer-schema.ts';
export { type Catalog, namesIn } from './catalog.ts';
export { deploymentsOf } from './chosen-deployments.ts';
export { plannedRows } from './data-file.ts';
export type { Row } from './data-rows.ts';
export { type DealtRows, dealRows, dealtRow } from './dealt-rows.ts';
export { type ReferenceServer, referenceServers } from './deployment-schema.ts';
export { draftForeign } from './draft-foreign.ts';
export type { FaultName, FaultStep } from './fault-schema.ts';
export { durationMs, memoryBytes } from './fields.ts';
export { type ForeignServer, portPlaceholder } from './foreign-server-schema.ts';
export {
  type AnswersOptions,
  type CallStep,
  callsOf,
  type JourneyStep,
  type StreamOptions,
  subscribedIn,
  type TaskOptions,
  usesSavedValue,
} from './journey-schema.ts';
export { listDeployments, listMetrics, listScenarios } from './listing.ts';
export { draftPlan, makePlan, type PlanRequest, runsOf } from './make-plan.ts';
export type {
  ContainerEngine,
  Deployment,
  DeploymentDraft,
  Environment,
  Plan,
  PlanDraft,
  RunSpec,
  Scenario,
} from './plan.ts';
export { foreignServerOf, settledPlan, usesSharedStore } from './plan-deployment.ts';
export { planFile } from './plan-schema.ts';
export { runSecrets } from './run-secrets.ts';
export {
  type BoundableMetric,
  type MetricUnit,
  type Policy,
  type Threshold,
  unitOf,
} from './scenario-schema.ts';
export { arrivalTimesUs, type ClientSchedule, clientSchedule, type ScheduledCall } from './schedule.ts';
export { compileTemplate, fillTemplate, type Values } from './template.ts';
