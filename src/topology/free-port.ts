import { once } from 'node:events';
import { createServer } from 'node:net';
import { HarnessError } from '../core/index.ts';

/**
 * A port of the loopback that is free at this moment. Another process may take it before it is used; who uses it has
 * to see that, and to ask for another.
 */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address === 'object' && address !== null) return address.port;
  throw new HarnessError('internal', 'no free port');
}

/** What programs of all languages write when they cannot have their port. */
export const portTaken =
  /EADDRINUSE|address (?:is )?already in use|port \d* ?(?:is )?already in use|only one usage of each socket address/i;
