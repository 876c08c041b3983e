import { describe, expect, it } from 'vitest';
import { decoded, stateSeal } from '../../infra/servers/input/index.ts';
import { stateTtlMs } from '../../infra/servers/input/states.ts';

const key = 'k'.repeat(32);
const of = { tool: 'report', args: { steps: 4 }, opId: 'c1.0' };
const state = { steps: 2, asked: 'go-on' };

describe('a sealed state', () => {
  it('is opened by whoever has the key, and says what it said', () => {
    expect(stateSeal(key).open(stateSeal(key).seal(state, of), of)).toEqual(state);
  });

  it('is refused with another key, and by another process where none is given', () => {
    const sealed = stateSeal(key).seal(state, of);
    expect(stateSeal('l'.repeat(32)).open(sealed, of)).toBeUndefined();
    expect(stateSeal(undefined).open(stateSeal(undefined).seal(state, of), of)).toBeUndefined();
  });

  it('is refused with another tool, other arguments, or for another operation', () => {
    const seal = stateSeal(key);
    const sealed = seal.seal(state, of);
    expect(seal.open(sealed, { ...of, tool: 'echo' })).toBeUndefined();
    expect(seal.open(sealed, { ...of, args: { steps: 5 } })).toBeUndefined();
    expect(seal.open(sealed, { ...of, opId: 'c1.1' })).toBeUndefined();
  });

  it('is refused when it is too old', () => {
    let nowMs = 0;
    const seal = stateSeal(key, () => nowMs);
    const sealed = seal.seal(state, of);
    nowMs = stateTtlMs - 1;
    expect(seal.open(sealed, of)).toEqual(state);
    nowMs = stateTtlMs;
    expect(seal.open(sealed, of)).toBeUndefined();
  });

  it('is refused with any one character altered, left out or added', () => {
    const seal = stateSeal(key);
    const sealed = seal.seal(state, of);
    for (let at = 0; at < sealed.length; at++) {
      const other = sealed[at] === 'A' ? 'B' : 'A';
      expect(seal.open(sealed.slice(0, at) + other + sealed.slice(at + 1), of)).toBeUndefined();
      expect(seal.open(sealed.slice(0, at) + sealed.slice(at + 1), of)).toBeUndefined();
    }
    for (const more of ['A', '.', '=']) expect(seal.open(`${sealed}${more}`, of)).toBeUndefined();
  });

  it('is refused when it is none', () => {
    for (const text of ['', '.', 'null', 'e30.', 'x'.repeat(10_000)]) {
      expect(stateSeal(key).open(text, of)).toBeUndefined();
    }
    expect(decoded(Buffer.from('[]').toString('base64url'))).toBeUndefined();
  });
});
