import { type OperationEvent, operationsNamedIn } from '../record/index.ts';
import type { Collector } from './collector.ts';
import type { NotApplicable, Rate } from './metrics.ts';
import { rate } from './rate.ts';
import { isAnswered } from './result-loss.ts';

/**
 * `misdelivery`: operations whose answer was to another request ÷ operations that got an answer of a tool. Which
 * request it was to shows in its JSON-RPC id, or where the journey expects its own operation's id back and gets
 * another's. It is about answers, not about state: the answer to the right request with another client's state
 * in it is `state_leak`.
 */
export function misdelivery(): Collector<Rate> {
  let answered = 0;
  let misdelivered = 0;
  return {
    types: ['operation'],
    see(event) {
      if (event.type !== 'operation' || !isAnswered(event)) return;
      answered += 1;
      if (event.failure?.misdelivered) misdelivered += 1;
    },
    result: () => rate(misdelivered, answered),
  };
}

/**
 * `state_leak`: reads that returned a value which another client wrote ÷ reads that were answered. Whose a value is
 * shows in the operation that it names.
 * @param reads whether the journey reads its state at all.
 */
export function stateLeak(reads: boolean): Collector<Rate | NotApplicable> {
  let answered = 0;
  let leaked = 0;
  return {
    types: ['operation'],
    see(event) {
      if (event.type !== 'operation' || event.reads === undefined) return;
      answered += 1;
      if (readsOfOthers(event)) leaked += 1;
    },
    result: () =>
      reads ? rate(leaked, answered) : { notApplicable: 'the journey never reads its state back' },
  };
}

/** Whether a read returned what another client wrote. Such a read says nothing about the state of its own client. */
export function readsOfOthers({ client, reads = [] }: OperationEvent): boolean {
  const own = `${client}.`;
  return reads.some((value) => {
    // Most values are ids of the client's own operations; without another dot there is no room for a second id.
    if (value.startsWith(own) && !value.includes('.', own.length)) return false;
    return operationsNamedIn(value).some((named) => named.client !== client);
  });
}
