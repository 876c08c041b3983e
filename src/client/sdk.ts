import { isIP, type LookupFunction } from 'node:net';
import { Agent } from 'undici';
import type { ProtocolRevision } from '../record/index.ts';
import { sdkStatefulConnection } from './sdk-stateful.ts';
import { sdkStatelessConnection } from './sdk-stateless.ts';
import type { NewSdkClient, SdkTarget } from './sdk-target.ts';
import type { Access, Connector } from './types.ts';

const connections = {
  '2025-11-25': sdkStatefulConnection,
  '2026-07-28': sdkStatelessConnection,
} as const;

/**
 * The official clients, behind the same interface as the wire client and over the same kind of sockets: to show
 * that what is measured does not depend on a client that was written for measuring. A client costs several
 * times as much, in time and in memory.
 *
 * @param sdk `sdk`: for each revision the SDK that most clients of it are built on, v1 for 2025-11-25 and v2
 * for 2026-07-28. `sdk-v2`: v2 for both.
 */
export async function loadSdk(
  sdk: 'sdk' | 'sdk-v2',
  protocol: ProtocolRevision,
): Promise<(url: string, access?: Access) => Connector> {
  const newSdkClient = await load(sdk, protocol);
  return (url, access) => sdkConnector(newSdkClient, url, protocol, access);
}

function sdkConnector(
  newSdkClient: NewSdkClient,
  url: string,
  protocol: ProtocolRevision,
  { headers = {}, address }: Access = {},
): Connector {
  const dispatcher = new Agent({
    connections: null,
    pipelining: 1,
    connect: { timeout: 10_000, ...(address !== undefined && { lookup: always(address) }) },
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: 30_000,
  });
  const pending = new Set<Promise<unknown>>();
  const target: SdkTarget = {
    url: new URL(url),
    dispatcher,
    headers,
    background: (exchange) => {
      const settled = exchange.catch(() => {}).finally(() => pending.delete(settled));
      pending.add(settled);
    },
  };
  return {
    connect: (client) => connections[protocol](newSdkClient, target, client),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(pending);
      await dispatcher.destroy();
    },
  };
}

/** Looks nothing up: a name that changed its address meanwhile leads nowhere else. */
function always(address: string): LookupFunction {
  const family = isIP(address);
  return (_host, options, done) => {
    if (options.all) done(null, [{ address, family }]);
    else done(null, address, family);
  };
}

/** Loads no SDK but the one that is asked for. */
async function load(sdk: 'sdk' | 'sdk-v2', protocol: ProtocolRevision): Promise<NewSdkClient> {
  if (sdk === 'sdk' && protocol === '2025-11-25') return (await import('./sdk-v1.ts')).sdkV1Client;
  return (await import('./sdk-v2.ts')).sdkV2Client(protocol);
}
