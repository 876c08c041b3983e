import type { Distribution, NotApplicable, Rate } from '../quantities.ts';

/** What `notification_loss` says beside the notifications that were owed. */
export interface NotificationDetails {
  /** Committed changes of the run. */
  changes: number;
  /**
   * Of changes, each with a client that listened before and listens again, or whose stream ended less than a second after
   * the commit: how many there were, and how many of them it was never told of.
   */
  away: { changes: number; missed: number };
  /** How often clients had to listen again. */
  listenedAgain: number;
}

export type NotificationLoss = Rate & NotificationDetails;

/** The measures of changes, by the names that `results.json` uses. */
export interface ChangeMetrics {
  notification_loss: NotificationLoss | NotApplicable;
  notification_duplicate: Rate | NotApplicable;
  notification_leak: Rate | NotApplicable;
  change_delay_ms: Distribution | NotApplicable;
}

/** What changes came to that theory is held against; see `verdict/theory/changes.ts`. */
export interface ChangeFacts {
  /** Before the first fault is due: changes that anybody was owed a notification of, notifications owed, and those that came. */
  quiet: { changes: number; owed: number; came: number };
  /** Over the whole run. */
  owed: number;
  lost: number;
}
