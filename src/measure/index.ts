// Measure: pure functions from recorded events to histograms, rates, series and losses.
// It reads what was written and never talks to the act side.
export type {
  Availability,
  Distribution,
  LoadSkew,
  LostUpdate,
  MetricName,
  Metrics,
  NotApplicable,
  Rate,
  Recovery,
  Series,
  SessionLoss,
  Skew,
  StateLoss,
} from './metrics.ts';
