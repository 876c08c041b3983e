import type { Metrics, Series } from '../measure/index.ts';
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

export interface RunResult {
  scenario: string;
  deployment: string;
  repeat: number;
  /** Relative to the experiment's folder, e.g. `runs/stateless-0`. */
  folder: string;
  metrics: Metrics;
  checks: Check[];
  predictions: Prediction[];
  verdict: Verdict;
  /** Doubts about the measurement itself, each a sentence with advice. */
  warnings: string[];
  series: Series;
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
  /** Why the experiment ended before its time, if it did. */
  cutShort?: string;
  verdict: Verdict;
}
