import { expect, it } from 'vitest';
import { maxHeldBytes } from '../../src/client/answer-body.ts';
import { httpPool } from '../../src/client/http/index.ts';
import { EventStreamReader } from '../../src/client/sse-reader.ts';
import { streamExchange } from '../../src/client/stream-exchange.ts';
import { rawServer } from '../support/raw-server.ts';

function reading(eventCharsMax = 1000) {
  const memory = { bytes: 0 };
  const events: { id: string | undefined; data: string }[] = [];
  const retries: number[] = [];
  const reader = new EventStreamReader({
    eventCharsMax,
    memory,
    onEvent: (event) => events.push(event),
    onRetry: (ms) => retries.push(ms),
  });
  return { memory, events, retries, reader, take: (text: string) => reader.take(Buffer.from(text)) };
}

it('brings events with their ids, in whatever pieces they come', () => {
  const { reader, events, retries } = reading();
  const bytes = Buffer.from('id: 1\ndata: é\n\nretry: 50\n: a comment\n\ndata: b\r\n\r\n');
  for (const byte of bytes) reader.take(Buffer.from([byte]));
  expect(events).toEqual([
    { id: '1', data: 'é' },
    { id: undefined, data: 'b' },
  ]);
  expect(retries).toEqual([50]);
});

it('counts what it holds of an event that has begun, and no more', () => {
  const { memory, reader, take } = reading();
  take('data: half');
  expect(memory.bytes).toBe(10);
  take(' an event\n\n');
  expect(memory.bytes).toBe(0);
  take('data: whole\n\ndata: x');
  expect(memory.bytes).toBe(7);
  reader.release();
  expect(memory.bytes).toBe(0);
});

it('holds nothing when an event is the one after which nobody reads on', () => {
  const memory = { bytes: 5 };
  const reader = new EventStreamReader({ eventCharsMax: 1000, memory, onEvent: () => reader.release() });
  reader.take(Buffer.from('data: the response\n\ndata: more'));
  expect(memory.bytes).toBe(5);
});

it('reads no more when all answers together hold too much', () => {
  const { memory, take } = reading();
  memory.bytes = maxHeldBytes;
  expect(() => take('data: x')).toThrow('all answers under way');
});

it('refuses an event that is too long', () => {
  const { take } = reading(100);
  expect(() => take(`data: ${'x'.repeat(200)}`)).toThrow('more than 100 characters');
});

it('reads an event whose last line ends with the stream, by a CR', () => {
  const { reader, events, take } = reading();
  take('data: a\n\r');
  reader.end();
  expect(events).toEqual([{ id: undefined, data: 'a' }]);
});

it('counts what the stream of a long call holds in what all answers hold', async () => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n';
  await using server = await rawServer(({ socket }) => void socket.write(`${head}data: 1\n\ndata: half`));
  const pool = httpPool(server.origin, 1000);
  const controller = new AbortController();
  let heard: number | undefined;
  // When what has come at once has been looked at.
  const onEvent = () => {
    setImmediate(() => {
      heard = pool.memory.bytes;
      controller.abort();
    });
    return false;
  };
  const wire = { method: 'GET', path: '/mcp', head: 'GET /mcp HTTP/1.1\r\n', body: null, id: 1 } as const;
  await streamExchange(
    pool,
    { ...wire, protocolBytes: 0 },
    { onEvent, onRetry: () => {} },
    controller.signal,
  );
  expect(heard).toBe('data: half'.length);
  expect(pool.memory.bytes).toBe(0);
  pool.destroy();
});
