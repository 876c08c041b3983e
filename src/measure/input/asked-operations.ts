import type { InputEvent, OperationEvent, RunEvent } from '../../record/index.ts';
import type { TakenAnswers } from './taken-answers.ts';

type Asked = Extract<InputEvent, { type: 'asked' }>;

/** One operation that was asked, with what is known of it at its end. */
export interface AskedOperation {
  opId: string;
  /** The exchange that brought the first question, null for a notification; and when. */
  requestId: string | null;
  askedUs: number;
  how: Asked['how'];
  rounds: number;
  /** When the first answer was sent; undefined if none was. */
  sentUs: number | undefined;
  tampered: boolean;
  /** The server went on with the answer, as it says itself or as its result shows. */
  isPast: boolean;
  /** The exchange that carried the last answer broke, so that nobody knows whether the answer came. */
  isCut: boolean;
}

/** Puts together what is recorded of each operation that was asked; `onEnd` gets each once, at its end. */
export function askedOperations(taken: TakenAnswers, onEnd: (operation: AskedOperation) => void) {
  const open = new Map<string, AskedOperation>();
  return {
    types: ['asked', 'answered', 'operation'] as const,
    see(event: RunEvent) {
      if (event.type === 'asked') {
        const known = open.get(event.opId);
        if (known) known.rounds += 1;
        else open.set(event.opId, begun(event));
      } else if (event.type === 'answered') {
        const known = open.get(event.opId);
        if (known === undefined) return;
        known.sentUs ??= event.sentUs;
        known.tampered ||= event.tampered;
        known.isCut = known.how !== 'stream' && event.failure?.kind === 'broken';
      } else if (event.type === 'operation') {
        const known = open.get(event.opId);
        if (known === undefined) return;
        open.delete(event.opId);
        known.isPast = hasResult(event) || taken.by(event.opId, event.endUs);
        onEnd(known);
      }
    },
  };
}

function begun({ opId, requestId, atUs, how }: Asked): AskedOperation {
  const empty = { rounds: 1, sentUs: undefined, tampered: false, isPast: false, isCut: false };
  return { opId, requestId, askedUs: atUs, how, ...empty };
}

/** A tool that was answered says something, if only that it failed. */
function hasResult({ outcome, failure }: OperationEvent): boolean {
  return outcome === 'ok' || failure?.kind === 'tool-error' || failure?.kind === 'unexpected';
}
