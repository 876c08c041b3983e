import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { HarnessError, messageOf } from '../core/index.ts';
import { type DeploymentDraft, durationMs, foreignServerOf, type Scenario } from '../scenario/index.ts';

/** What load may be sent to: this machine, and what was allowed by name. */
export interface TargetOptions {
  /** Hosts beside this machine. */
  allowedHosts: readonly string[];
  /** Whether these may be asked more than `politeRatePerSecond`. */
  highRate: boolean;
}

/** What another's server may be asked without a word of its own on the command line. */
const politeRatePerSecond = 50;

/** Finds the addresses of a name; a test gives its own. */
export type Lookup = (host: string) => Promise<readonly string[]>;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * The address that the host of a URL stands for, looked up once: what it stands for later is not connected to. A name
 * is this machine's only if all its addresses are.
 * @throws HarnessError `usage` for a host that is not this machine and was not allowed, or that has no address.
 */
export async function allowedAddress(
  deployment: string,
  url: string,
  { allowedHosts }: TargetOptions,
  look: Lookup = lookUp,
): Promise<{ address: string; isOurs: boolean }> {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const addresses = await addressesOf(deployment, host, look);
  const [address = ''] = addresses;
  if (addresses.every(isLoopbackAddress)) return { address, isOurs: true };
  if (allowedHosts.some((name) => name.toLowerCase() === host)) return { address, isOurs: false };
  const seen = address === host ? '' : ` (it is ${addresses.join(', ')})`;
  throw new HarnessError('usage', `${deployment}: ${host} is not this machine${seen}`, {
    hint: `Load must reach no server by accident; if it is meant, give --allow-host ${host} as well.`,
  });
}

async function addressesOf(deployment: string, host: string, look: Lookup): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host];
  try {
    return await look(host);
  } catch (cause) {
    throw new HarnessError('usage', `${deployment}: ${host} has no address: ${messageOf(cause)}`, {
      hint: 'Check the host of `url`, and that this machine can look names up.',
      cause,
    });
  }
}

async function lookUp(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

export function isLoopbackAddress(address: string): boolean {
  return loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/**
 * @throws HarnessError `usage` if a scenario sends more to a server of others than may be sent by accident.
 */
export function refuseHighRate(
  { name, server }: Pick<DeploymentDraft, 'name' | 'server'>,
  scenarios: readonly Scenario[],
  { highRate }: TargetOptions,
): void {
  if (highRate) return;
  for (const scenario of scenarios) {
    const perSecond = highestRate(scenario);
    if (perSecond <= politeRatePerSecond) continue;
    const host = new URL(foreignServerOf({ server })?.url ?? '').host;
    const rate = Number.isFinite(perSecond) ? `up to ${Math.ceil(perSecond)} requests` : 'as much as it can';
    throw new HarnessError('usage', `${name}: ${scenario.name} would send ${rate} per second to ${host}`, {
      hint: `Above ${politeRatePerSecond}/s a host that is not this machine needs --allow-high-rate as well; or lower --rate and --sessions.`,
    });
  }
}

/** What all clients together may send: calls, or handshakes while they arrive, or what a closed loop has time for. */
function highestRate({ workload }: Scenario): number {
  const { sessions, arrivals, journey, ratePerSecond } = workload;
  const opening = sessions / Math.max(arrivals.overMs / 1000, 0.001);
  const thinks = journey
    .flatMap((step) => ('repeat' in step ? step.steps : [step]))
    .flatMap((step) => ('think' in step ? [durationMs(step.think)] : []));
  const looping = thinks.length === 0 ? 0 : sessions / (Math.min(...thinks) / 1000);
  return Math.max(ratePerSecond, opening, looping);
}
