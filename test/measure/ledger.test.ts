import { describe, expect, it } from 'vitest';
import { acknowledgements } from '../../src/measure/acknowledgements.ts';
import { readLedger } from '../../src/measure/ledger.ts';
import { resultLoss } from '../../src/measure/result-loss.ts';
import { stateLoss } from '../../src/measure/state-loss.ts';
import { withoutEffect } from '../../src/measure/tasks/index.ts';
import type { LedgerEntry, OperationEvent, RunEvent } from '../../src/record/index.ts';
import { book, collect, committed, operation, started, stream } from '../support/log.ts';

const duplicates = async (entries: readonly LedgerEntry[]) =>
  (await readLedger(stream(entries))).duplicates();

describe('duplicate_execution', () => {
  it('is operations with two commits or more over those with one', async () => {
    const twice = [committed('c1.0'), committed('c1.1'), committed('c1.1', 'r2'), committed('c12.1')];
    expect(await duplicates(twice)).toMatchObject({ numerator: 1, denominator: 3 });
  });

  it('has no meaning for a server without a ledger', async () => {
    expect((await readLedger(undefined)).duplicates()).toEqual({
      notApplicable: 'the server keeps no ledger',
    });
  });

  it('survives ids that are not ours', async () => {
    const odd = ['x', 'c1.-1', 'c1.99999999999', ''].map((opId) => committed(opId));
    expect(await duplicates(odd)).toMatchObject({ denominator: 0 });
  });
});

describe('what was acknowledged and has no commit', () => {
  const boot = started('r1', 1, -5);
  /** One write that was acknowledged 2 ms after the begin. */
  const write = operation('c1', 0, 0, 2, { writes: 'c1.0' });
  const judge = async (
    entries: readonly LedgerEntry[] | undefined,
    events: readonly RunEvent[] = [boot, write],
  ) => {
    const acknowledged = acknowledgements(
      await readLedger(entries && stream(entries)),
      true,
      withoutEffect(),
    );
    const state = stateLoss({ writes: true, reads: true }, acknowledged.isUncommitted);
    const { updates } = collect(state, events, acknowledged);
    return { updates, ...acknowledged.result() };
  };

  it('is a lost update, when its process has gone on with its ledger', async () => {
    const later = book(['begin c1.0', 'begin c1.1', 'commit c1.1', 'begin c1.2']);
    expect(await judge(later)).toMatchObject({
      updates: { numerator: 1, denominator: 1, uncommitted: 1 },
      unproven: 0,
    });
    expect(await judge(book(['begin c1.0', 'end']))).toMatchObject({ updates: { uncommitted: 1 } });
  });

  it('is unproven, when the ledger breaks off behind its begin', async () => {
    const unproven = { updates: { numerator: 0, uncommitted: 0 }, unproven: 1 };
    expect(await judge(book(['begin c1.0', 'begin c1.1']))).toMatchObject(unproven);
  });

  it('is unproven, when a line is missing, or lines are not numbered', async () => {
    const unproven = { updates: { numerator: 0, uncommitted: 0 }, unproven: 1 };
    expect(await judge(book(['begin c1.0', '-', 'begin c1.2', 'end']))).toMatchObject(unproven);
    const plain = book(['begin c1.0', 'end']).map(({ seq: _, ...entry }) => entry);
    expect(await judge(plain)).toMatchObject(unproven);
  });

  it('is no doubt about the record, where the server has promised nothing', async () => {
    const plain = book(['begin c1.0', 'end']).map(({ seq: _, ...entry }) => entry);
    const ledger = await readLedger(stream(plain));
    expect(ledger.numbered).toBe(false);
    expect((await readLedger(stream(book(['begin c1.0'])))).numbered).toBe(true);
    const acknowledged = acknowledgements(ledger, ledger.numbered, withoutEffect());
    const state = stateLoss({ writes: true, reads: true }, acknowledged.isUncommitted);
    expect(collect(state, [boot, write], acknowledged).updates).toMatchObject({ uncommitted: 0 });
    expect(acknowledged.result()).toEqual({ unproven: 0 });
  });

  it('is unproven without a ledger', async () => {
    expect(await judge(undefined)).toMatchObject({ updates: { uncommitted: 0 }, unproven: 1 });
  });

  it('that nobody has begun either, is lost only if the ledger of every process is whole', async () => {
    const second = started('r2', 1, -5);
    const whole = [...book(['end'], 'r1'), ...book(['begin c9.0', 'end'], 'r2')];
    expect(await judge(whole, [boot, second, write])).toMatchObject({ updates: { uncommitted: 1 } });
    const killed = [...book(['end'], 'r1'), ...book(['begin c9.0'], 'r2')];
    expect(await judge(killed, [boot, second, write])).toMatchObject({ unproven: 1 });
    expect(await judge(book(['end']), [boot, second, write])).toMatchObject({ unproven: 1 });
  });

  it('is not lost, when a read finds it', async () => {
    const read = operation('c1', 1, 5, 1, { reads: ['c1.0'] });
    const entries = book(['begin c1.0', 'begin c1.1', 'commit c1.1', 'end']);
    expect(await judge(entries, [boot, write, read])).toMatchObject({ updates: { numerator: 0 } });
  });

  it('is said of a journey without writes, too', async () => {
    const acknowledged = acknowledgements(
      await readLedger(stream(book(['begin c1.0', 'end']))),
      true,
      withoutEffect(),
    );
    const state = stateLoss({ writes: false, reads: false }, acknowledged.isUncommitted);
    const { updates } = collect(state, [boot, operation('c1', 0, 0, 2)], acknowledged);
    expect(updates).toMatchObject({ uncommitted: 1, value: null });
  });
});

describe('result_loss', () => {
  const judge = async (rest: Partial<OperationEvent>) => {
    const ledger = await readLedger(stream(book(['begin c1.0', 'commit c1.0'])));
    return collect(resultLoss(ledger, withoutEffect()), [
      operation('c1', 0, 0, 1, rest),
      operation('c1', 1, 0, 1),
    ]);
  };
  const info = (failure: OperationEvent['failure']) => ({
    outcome: 'info' as const,
    failure: failure ?? { kind: 'broken' as const },
  });

  it.each([
    ['a broken connection', info({ kind: 'broken' })],
    ['an answer after the deadline', info({ kind: 'timeout' })],
    ['no JSON-RPC', info({ kind: 'malformed' })],
    [
      'a refusal of what was carried out',
      { outcome: 'fail' as const, failure: { kind: 'rejected' as const } },
    ],
  ])('counts what was committed and met %s', async (_what, rest) => {
    expect(await judge(rest)).toMatchObject({ numerator: 1, denominator: 1 });
  });

  it.each([
    ['its result', {}],
    ['another result than expected', info({ kind: 'unexpected' })],
    [
      "the tool's word that it failed",
      { outcome: 'fail' as const, failure: { kind: 'tool-error' as const } },
    ],
    ["another request's answer", info({ kind: 'malformed', misdelivered: true })],
  ])('does not count what got %s', async (_what, rest) => {
    expect(await judge(rest)).toMatchObject({ numerator: 0, denominator: 1 });
  });

  it('has no meaning without a ledger, and no value without a commit', async () => {
    expect(resultLoss(await readLedger(undefined), withoutEffect()).result()).toEqual({
      notApplicable: 'the server keeps no ledger',
    });
    expect(
      collect(resultLoss(await readLedger(stream([])), withoutEffect()), [operation('c1', 0, 0, 1)]),
    ).toMatchObject({
      value: null,
    });
  });
});
