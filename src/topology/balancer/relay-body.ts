import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BodyReader } from './routing-policy.ts';

/**
 * Passes the body of an upstream's answer on as it comes. The head of `res` is written already, not sent.
 *
 * What arrives in one turn of the event loop leaves in one write, head included. The turn's end is as long as
 * anything waits: the head of a stream goes out before its first event is there.
 *
 * @param bodyBytes as the head says it; undefined if it does not.
 * @param reader sees the body before it goes on.
 */
export function relayBody(
  answer: IncomingMessage,
  res: ServerResponse,
  bodyBytes: number | undefined,
  reader: BodyReader | undefined,
): void {
  const { socket } = res;
  let leftBytes = bodyBytes;
  let isHeadSent = false;
  let reading = reader;

  socket?.cork();
  setImmediate(() => {
    if (!isHeadSent && !res.destroyed) res.flushHeaders();
    socket?.uncork();
  });
  answer.on('data', (chunk: Buffer) => {
    isHeadSent = true;
    // As text it goes in one buffer with the head; Latin-1 has a character for every byte.
    const text = chunk.toString('latin1');
    if (reading?.(text) === false) reading = undefined;
    if (leftBytes !== undefined) leftBytes -= chunk.length;
    if (leftBytes === 0) {
      res.end(text, 'latin1');
    } else if (!res.write(text, 'latin1')) {
      answer.pause();
      res.once('drain', () => answer.resume());
    }
  });
  answer.on('end', () => {
    isHeadSent = true;
    res.end();
  });
}
