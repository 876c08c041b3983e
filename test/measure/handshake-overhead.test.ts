import { describe, expect, it } from 'vitest';
import { handshakeOverhead } from '../../src/measure/handshake-overhead.ts';
import type { RunEvent } from '../../src/record/index.ts';
import { began, collect, opened, operation } from '../support/log.ts';

const handshake = (client: string, ms: number, took: number, generation = 0): RunEvent =>
  ({
    ...opened(client, ms + took, generation),
    startUs: ms * 1000,
    requests: 2,
    bytes: 1500,
  }) as RunEvent;

describe('handshake_overhead', () => {
  it('is what handshakes took, first ones and repeated, over operations that ended ok', () => {
    const result = collect(handshakeOverhead(), [
      ...began(1),
      handshake('c1', 0, 30),
      operation('c1', 0, 50, 5, { protocolBytes: 60 }),
      operation('c1', 1, 90, 5, { protocolBytes: 60, outcome: 'fail' }),
      handshake('c1', 100, 50, 1),
      operation('c1', 2, 190, 5, { protocolBytes: 60, attempts: 2 }),
    ]);
    expect(result).toEqual({
      usefulCalls: 2,
      value: (3000 + 240) / 2,
      handshakes: { count: 2, requests: 4, bytes: 3000, ms: 80 },
      callBytes: 240,
      perUsefulCall: { requests: 2, bytes: 1500, ms: 40, callBytes: 120 },
    });
  });

  it('is the bytes of the calls alone where there is no handshake', () => {
    const without = { ...opened('c1', 0), sessionId: null, requestId: null } as RunEvent;
    const result = collect(handshakeOverhead(), [
      ...began(1),
      without,
      operation('c1', 0, 50, 5, { protocolBytes: 400 }),
    ]);
    expect(result).toMatchObject({ value: 400, handshakes: { count: 0, requests: 0 } });
  });

  it('has no value without a useful call', () => {
    expect(collect(handshakeOverhead(), [...began(1), handshake('c1', 0, 30)])).toMatchObject({
      value: null,
      perUsefulCall: null,
    });
  });

  it('has no meaning where the client did not record it', () => {
    const events = [...began(1), opened('c1', 0), operation('c1', 0, 50, 5)];
    expect(collect(handshakeOverhead(), events)).toHaveProperty('notApplicable');
    expect(collect(handshakeOverhead(), [...began(1), operation('c1', 0, 50, 5)])).toHaveProperty(
      'notApplicable',
    );
  });
});
