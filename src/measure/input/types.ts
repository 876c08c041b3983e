/** What `input_loss` says beside the operations. */
export interface InputDetails {
  /** Questions for each operation that was asked: on average, and at most; null without any. */
  rounds: { mean: number | null; max: number };
  /** Asked, and answered too late or never: the client's own doing, and in no denominator. */
  unanswered: number;
  /** The exchange that carried the answer broke before anybody is known to have taken it; in no denominator. */
  cut: number;
}

/** What questions came to that theory is held against; see `verdict/theory/input.ts`. */
export interface InputFacts {
  /** Operations whose answer was sent on while their question stood, and those of them that never got past it. */
  answered: number;
  lost: number;
  /** The same of answers that were sent before the first fault was due. */
  quiet: { answered: number; lost: number };
  /** Of the one crash: questions that were open on the struck process when it was killed; null without one. */
  struck: { open: number; inDoubt: number } | null;
}
