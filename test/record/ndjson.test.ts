import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ndjsonWriter, readNdjson } from '../../src/record/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'windtunnel-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function all<T>(batches: AsyncIterable<T[]>): Promise<T[]> {
  const found: T[] = [];
  for await (const batch of batches) found.push(...batch);
  return found;
}

describe('an NDJSON file', () => {
  it('gives back what was written, also by two writers', async () => {
    const path = join(folder, 'two.ndjson');
    const one = ndjsonWriter<object>(path, { flushMs: 1000 });
    const other = ndjsonWriter<object>(path, { flushMs: 0 });
    one.write({ a: 'line\nbreak' });
    other.write({ b: '世界' });
    one.close();
    other.close();
    expect(await all(readNdjson(path))).toEqual([{ b: '世界' }, { a: 'line\nbreak' }]);
  });

  it('is on disk after a flush, and at once with flushMs 0', () => {
    const path = join(folder, 'flush.ndjson');
    const writer = ndjsonWriter<object>(path, { flushMs: 60_000 });
    writer.write({ a: 1 });
    expect(readFileSync(path, 'utf8')).toBe('');
    writer.flush();
    expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n');
    writer.close();
    const direct = ndjsonWriter<object>(path, { flushMs: 0 });
    direct.write({ b: 2 });
    expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n{"b":2}\n');
    direct.close();
  });

  it('holds back a bounded amount', () => {
    const path = join(folder, 'bound.ndjson');
    const writer = ndjsonWriter<object>(path, { flushMs: 60_000 });
    for (let i = 0; i < 2000; i++) writer.write({ text: 'x'.repeat(100) });
    expect(readFileSync(path, 'utf8').length).toBeGreaterThan(100_000);
    writer.close();
  });

  it('counts torn lines and reads on', async () => {
    const path = join(folder, 'torn.ndjson');
    appendFileSync(path, '{"a":1}\n{"b":\n[1]\n7\n{"c":3}\n{"d"');
    const stats = { lines: 0, tornLines: 0 };
    expect(await all(readNdjson(path, stats))).toEqual([{ a: 1 }, { c: 3 }]);
    expect(stats).toEqual({ lines: 6, tornLines: 4 });
  });

  it('ends a line at a line feed only, wherever the bytes are cut', async () => {
    const path = join(folder, 'cut.ndjson');
    const words = Array.from({ length: 40_000 }, (_, i) => ({ i, text: `世界\u2028${'é'.repeat(i % 7)}\r` }));
    const writer = ndjsonWriter<object>(path, { flushMs: 60_000 });
    for (const record of words) writer.write(record);
    writer.close();
    expect(await all(readNdjson(path))).toEqual(words);
  });

  it('passes over a line that would fill the memory', async () => {
    const path = join(folder, 'long.ndjson');
    appendFileSync(path, '{"a":1}\n');
    const megabyte = Buffer.alloc(1 << 20, 'x');
    for (let i = 0; i < 40; i++) appendFileSync(path, megabyte);
    appendFileSync(path, '\n{"b":2}\n');
    for (let i = 0; i < 40; i++) appendFileSync(path, megabyte);
    const stats = { lines: 0, tornLines: 0 };
    expect(await all(readNdjson(path, stats))).toEqual([{ a: 1 }, { b: 2 }]);
    expect(stats).toEqual({ lines: 4, tornLines: 2 });
  });

  it('says what to do when it is missing, or cannot be written', async () => {
    await expect(all(readNdjson(join(folder, 'none.ndjson')))).rejects.toMatchObject({ code: 'usage' });
    expect(() => ndjsonWriter(join(folder, 'no/such/folder'), { flushMs: 0 })).toThrow('cannot write');
  });
});
