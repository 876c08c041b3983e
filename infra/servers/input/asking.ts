import type { Question } from '../tools/index.ts';

/** How a tool that runs as a call can ask its client. */
export interface Asking {
  /** Steps that an earlier round of the call has done. */
  readonly doneSteps: number;
  /**
   * Undefined if there is no answer.
   * @param steps how many are done.
   * @throws InputNeeded if the call has to end for it.
   */
  ask(key: string, question: Question, steps: number): Promise<unknown>;
}

/** How long an answer is waited for on a stream; a client that has one is faster, and one that is gone gives none. */
export const answerTimeoutMs = 60_000;

/** Sends a request to the client on the stream of the call. */
type SendQuestion = (question: Question) => Promise<unknown>;

/**
 * Asks on the stream of the call (2025-11-25).
 * @param capabilities what the client has declared when its session was opened.
 */
export function askOnStream(capabilities: unknown, send: SendQuestion): Asking | undefined {
  if (!canBeAsked(capabilities)) return undefined;
  return {
    doneSteps: 0,
    async ask(_key, question) {
      try {
        return await send(question);
      } catch {
        // It was cancelled, or its client gives no answer: to whoever asked, that is an elicitation that was cancelled.
        return undefined;
      }
    },
  };
}

/** The call cannot go on before its client has answered, and ends here (2026-07-28). */
export class InputNeeded extends Error {
  readonly key: string;
  readonly question: Question;
  /** Steps that are done. */
  readonly steps: number;
  constructor(key: string, question: Question, steps: number) {
    super('the call needs input');
    this.key = key;
    this.question = question;
    this.steps = steps;
  }
}

/** Whether a client's capabilities, as they came, say that it can be asked by a form. */
export function canBeAsked(capabilities: unknown): boolean {
  const { elicitation } = Object(capabilities) as { elicitation?: unknown };
  if (typeof elicitation !== 'object' || elicitation === null) return false;
  // Who names no mode means this one (2025-11-25 and 2026-07-28, client/elicitation, "Capabilities").
  return Object.keys(elicitation).length === 0 || Object.hasOwn(elicitation, 'form');
}
