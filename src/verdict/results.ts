import type { Evidence, Metrics, Series } from '../measure/index.ts';
import type { Deployment, Environment, Scenario } from '../scenario/index.ts';

/** `unknown`: there was too little to judge by. No samples are never a `pass`. */
export type Verdict = 'pass' | 'fail' | 'unknown';

/** One judged expectation. */
export interface Check {
  /** e.g. `no-lost-update`, `session_loss`. */
  id: string;
  /** The metric it bounds, by its name in the scenario file; absent where it bounds none. */
  metric?: string;
  verdict: Verdict;
  /** What was seen, for people: `0 of 4000`, `37 %`. */
  observed: string;
  /** What was allowed: `0`, `>= 95 %`. */
  limit: string;
  /** Why it matters, or why it could not be judged; may be empty. */
  reason: string;
}

/** What arithmetic says must come out, beside what did. */
export interface Prediction {
  /** e.g. `affinity-crash`. */
  id: string;
  /** The metric it predicts, e.g. `session_loss`. */
  metric: string;
  /** What is predicted, for people: `sessions lost when one of 3 replicas crashes`. */
  what: string;
  /** The formula with its numbers filled in, e.g. `1/N = 1/3`. */
  formula: string;
  /** Where the formula comes from. */
  source: string;
  predicted: number;
  /** What chance allows at this number of samples, 99 %; what lies outside disagrees with arithmetic. */
  interval: [number, number];
  measured: number | null;
  /** `unknown`: there were no samples. */
  verdict: Verdict;
  /** Why, where it is not `pass`. */
  reason: string;
}

/** One deployment held against another, over their repeats in one scenario. */
export interface Comparison {
  scenario: string;
  /** Deployments. */
  baseline: string;
  candidate: string;
  /** Runs with a sound record on either side. */
  runs: [baseline: number, candidate: number];
  /** So many a side it takes at least to say anything of times. */
  runsNeeded: number;
  measures: (CountComparison | TimeComparison)[];
  /** `difference`: one measure at least differs. `unknown`: too few runs. */
  verdict: 'no-difference' | 'difference' | 'unknown';
  reason: string;
}

/** What was lost, summed over the runs. It is exact: any other share is a difference. */
export interface CountComparison {
  kind: 'count';
  metric: string;
  baseline: { numerator: number; denominator: number };
  candidate: { numerator: number; denominator: number };
  /** Of the candidate. */
  verdict: 'same' | 'more' | 'fewer';
  reason: string;
}

/** Times and throughput, by run. All but metric, verdict and reason are null with too few runs. */
export interface TimeComparison {
  kind: 'time';
  /** `latency_ms.p50`, `latency_ms.p99`, `throughput` (operations ok per second). */
  metric: string;
  /** Medians over the runs. */
  baseline: number | null;
  candidate: number | null;
  /** Candidate ÷ baseline, and its 95 % bootstrap interval. */
  ratio: number | null;
  interval: [number, number] | null;
  /** Mann–Whitney U, two-sided. */
  pValue: number | null;
  /** Of the candidate; only if p value, interval and size of the effect agree is it not `no-difference`. */
  verdict: 'no-difference' | 'regression' | 'improvement' | 'unknown';
  /** What speaks against a difference. */
  reason: string;
}

export interface RunResult {
  scenario: string;
  deployment: string;
  repeat: number;
  /** Relative to the experiment's folder, e.g. `runs/stateless-0`. */
  folder: string;
  /** `killed`: the record has no end. */
  ended: 'completed' | 'interrupted' | 'failed' | 'killed';
  metrics: Metrics;
  checks: Check[];
  predictions: Prediction[];
  verdict: Verdict;
  /** Doubts about the measurement itself, each a sentence with advice. */
  warnings: string[];
  series: Series;
  /** Single clients and exchanges that stand behind the numbers. */
  evidence: Evidence;
}

/** `results.json`: everything the report shows. */
export interface Results {
  schemaVersion: 1;
  tool: { name: 'mcp-windtunnel'; version: string };
  /** Wall clock, ISO 8601. */
  startedAt: string;
  /** The command line that repeats this experiment. */
  command: string;
  environment: Environment;
  /** The scenario, or (for several) their names joined. */
  scenario: { name: string; [key: string]: unknown };
  scenarios: Scenario[];
  deployments: Deployment[];
  seed: number;
  runs: RunResult[];
  /** Each deployment against the first, in each scenario. */
  comparisons: Comparison[];
  /** Why the experiment ended before its time, if it did. */
  cutShort?: string;
  verdict: Verdict;
}
