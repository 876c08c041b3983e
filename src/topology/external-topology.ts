import { HarnessError } from '../core/index.ts';
import type { Topology } from './types.ts';

/**
 * A server that runs already and is nobody's here: clients ask it directly, nothing can happen to it, and taking it down
 * leaves it as it is.
 * @param address what its host resolved to when it was looked at; no other is connected to.
 */
export function externalTopology(url: string, address: string): Topology {
  const notOurs = async () => {
    throw new HarnessError('usage', `nothing can be done to ${url}: its process is not ours`, {
      hint: 'Faults need a deployment whose server is started here: `command` or `image` in place of `url`.',
    });
  };
  return {
    entryUrl: url,
    entryAddress: address,
    replicas: () => [],
    restart: notOurs,
    crash: notOurs,
    freeze: notOurs,
    exhaustMemory: notOurs,
    disconnect: notOurs,
    // Nothing boots here.
    release: () => {},
    scaleTo: notOurs,
    lost: 0,
    broken: new Promise<never>(() => {}),
    [Symbol.asyncDispose]: async () => {},
  };
}
