import type { LedgerTask, Outcome, TaskExchange, TaskStatus } from '../../record/index.ts';
import type { Distribution, NotApplicable, Rate } from '../quantities.ts';

/** What is measured of tasks: long work that a server has acknowledged with a handle. */
export interface TaskMetrics {
  /**
   * Acknowledged tasks that the server lost before the time was over for which it had promised to keep them ÷ acknowledged
   * tasks.
   */
  task_loss: TaskLoss | NotApplicable;
  /** Results that were forgotten before the promised time ÷ results that were asked for again within it. */
  result_retention: Rate | NotApplicable;
  /** Tasks with an effect that was committed after their cancellation had been acknowledged ÷ acknowledged cancellations. */
  work_after_cancel: Rate | NotApplicable;
  /** Handles that reached the client before the ledger says that the task was stored ÷ acknowledged tasks. */
  premature_handle: Rate | NotApplicable;
  /** From a final state in the ledger to the notification that tells it, in milliseconds. */
  notification_delay_ms: Distribution | NotApplicable;
  /** `value`: the mean over the tasks that ended; asked with `tasks/get` and `tasks/result`. */
  polls_per_task: { value: number | null; polls: number; tasks: number } | NotApplicable;
  /** From the commit of the effect in the ledger to the client knowing the final state, in milliseconds. */
  commit_to_known_ms: Distribution | NotApplicable;
  /** Steps that were done again by another owner, or by the same after a retry: `value` is their time in milliseconds. */
  repeated_work_ms: { value: number; steps: number; tasks: number } | NotApplicable;
}

export interface TaskLoss extends Rate {
  /**
   * Each task counts once, in this order: `wronglyFailed`, it was reported failed or cancelled though its effect is
   * committed; `flap`, it was unknown and then found again; `unknown`, it was unknown and not found again; `stalled`, it
   * never reached a final state before the client's deadline.
   */
  kinds: { unknown: number; flap: number; stalled: number; wronglyFailed: number };
}

/** One task as a lane of a timetable: what its servers did, what its client saw. */
export interface TaskStory {
  opId: string;
  client: string;
  taskId: string;
  /** What went wrong, in words; null: nothing did, it is part of the sample. */
  anomaly: string | null;
  /** When its call was due, and when its client knew its fate or gave up; microseconds since the workload began. */
  fromUs: number;
  toUs: number;
  outcome: Outcome;
  /** From the ledger. */
  deeds: {
    atUs: number;
    what: LedgerTask['what'] | 'commit';
    replica: string;
    boot: number;
    step?: number;
  }[];
  /** From the client log: the handle first (`created`), then what it was told. */
  sights: { atUs: number; how: TaskExchange | 'created'; status: TaskStatus | null; why?: string }[];
  /** When a process that owned it ended or was killed. */
  ownerEnds: { atUs: number; replica: string; boot: number }[];
}

export interface TaskEvidence {
  /** At most 12 of them, spread over the run, and every anomaly up to 200. */
  stories: TaskStory[];
  /** How many there were in all, and how many with an anomaly. */
  tasks: number;
  anomalies: number;
}

/** Share of the acknowledged tasks that are not lost yet, over their age in milliseconds. */
export interface TaskSurvival {
  points: { ageMs: number; alive: number; atRisk: number }[];
}
