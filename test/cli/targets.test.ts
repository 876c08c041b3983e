import { describe, expect, it } from 'vitest';
import { allowedAddress, isLoopbackAddress, refuseHighRate } from '../../src/cli/targets.ts';
import { draftPlan } from '../../src/scenario/index.ts';
import { catalog, request } from '../support/plan.ts';

const nobody = { allowedHosts: [], highRate: false };
const standsFor =
  (...addresses: string[]) =>
  async () =>
    addresses;

describe('what load may be sent to', () => {
  it.each(['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1'])('%s is this machine', (address) => {
    expect(isLoopbackAddress(address)).toBe(true);
  });

  it.each(['0.0.0.0', '10.0.0.1', '128.0.0.1', '::2', '::ffff:10.0.0.1', 'fe80::1'])(
    '%s is not',
    (address) => {
      expect(isLoopbackAddress(address)).toBe(false);
    },
  );

  it.each([
    'http://127.0.0.1:3000/mcp',
    'http://127.1/mcp',
    'http://0x7f000001/mcp',
    'http://[::1]:3000/mcp',
    'http://[::ffff:127.0.0.1]/mcp',
  ])('%s is this machine, without a lookup', async (url) => {
    const look = () => expect.unreachable('it was looked up');
    expect(await allowedAddress('mine', url, nobody, look)).toMatchObject({ isOurs: true });
  });

  it('a name is this machine only if all that it stands for is', async () => {
    const url = 'http://dev.example/mcp';
    expect(await allowedAddress('mine', url, nobody, standsFor('127.0.0.1', '::1'))).toEqual({
      address: '127.0.0.1',
      isOurs: true,
    });
    for (const addresses of [['192.0.2.1'], ['127.0.0.1', '192.0.2.1']]) {
      await expect(allowedAddress('mine', url, nobody, standsFor(...addresses))).rejects.toMatchObject({
        code: 'usage',
        message: `mine: dev.example is not this machine (it is ${addresses.join(', ')})`,
        hint: expect.stringContaining('--allow-host dev.example'),
      });
    }
  });

  it('localhost is no exception, if it is made to stand for another', async () => {
    const look = standsFor('192.0.2.1');
    await expect(allowedAddress('mine', 'http://localhost/mcp', nobody, look)).rejects.toThrow(
      'not this machine',
    );
  });

  it('another host may be allowed by its name, and is then what it stands for at that moment', async () => {
    const allowed = { allowedHosts: ['Staging.Example'], highRate: false };
    const found = await allowedAddress(
      'mine',
      'https://staging.example/mcp',
      allowed,
      standsFor('192.0.2.7'),
    );
    expect(found).toEqual({ address: '192.0.2.7', isOurs: false });
    await expect(
      allowedAddress('mine', 'https://prod.example/mcp', allowed, standsFor('192.0.2.7')),
    ).rejects.toThrow('prod.example is not this machine');
  });
});

describe('a rate that another host is not sent by accident', () => {
  const [scenario] = draftPlan(
    request({ scenarios: ['steady'], ratePerSecond: 10, sessions: 10 }),
    catalog,
  ).scenarios;
  if (scenario === undefined) throw new Error('there is no scenario');
  const mine = { name: 'mine', server: { url: 'https://staging.example/mcp' } } as Parameters<
    typeof refuseHighRate
  >[0];
  const refused =
    (changes: Partial<typeof scenario.workload>, highRate = false) =>
    () =>
      refuseHighRate(mine, [{ ...scenario, workload: { ...scenario.workload, ...changes } }], {
        allowedHosts: [],
        highRate,
      });

  it('is what calls, arrivals or closed loops may come to', () => {
    expect(refused({})).not.toThrow();
    expect(refused({ ratePerSecond: 50 })).not.toThrow();
    expect(refused({ ratePerSecond: 51 })).toThrow('up to 51 requests per second to staging.example');
    expect(refused({ sessions: 200, arrivals: { overMs: 2000, process: 'even' } })).toThrow(
      'up to 100 requests',
    );
    const loop = [{ repeat: 'fill' as const, steps: [{ call: 'a', arguments: {} }, { think: '1ms' }] }];
    expect(refused({ journey: loop })).toThrow('up to 10000 requests');
  });

  it('is sent with the flag', () => {
    expect(refused({ ratePerSecond: 51 }, true)).not.toThrow();
  });
});
