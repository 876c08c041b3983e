// Measure: pure functions from recorded events to histograms, rates, series and losses.
// It reads what was written and never talks to the act side.

export type { ChangeFacts, ChangeMetrics } from './changes/index.ts';
export type { Completeness } from './completeness.ts';
export type {
  ClientStory,
  Evidence,
  Exchange,
  Fate,
  Place,
  StoryCall,
  Turn,
} from './evidence-types.ts';
export type { Facts, SessionsHeld, TaskFacts, Waits } from './facts/index.ts';
export type { InputFacts } from './input/index.ts';
export { type Measured, measureRun } from './measure-run.ts';
export type {
  Availability,
  Distribution,
  GeneratorHealth,
  HandshakeOverhead,
  LoadSkew,
  LostUpdate,
  MetricName,
  Metrics,
  NotApplicable,
  Rate,
  Ready,
  ReadyReplica,
  Recovery,
  ReplicaCpu,
  ReplicaRss,
  Series,
  SessionLoss,
  SessionRecovery,
  Skew,
  StateLoss,
} from './metrics.ts';
export { spreadOver } from './spread-over.ts';
export type { StreamCounts, StreamFacts } from './streams/index.ts';
export type { Survival, SurvivalPoint } from './survival.ts';
export type { TaskEvidence, TaskLoss, TaskMetrics, TaskStory, TaskSurvival } from './tasks/types.ts';
