import { type ReferenceServer, referenceServers } from '../scenario/index.ts';
import { whole } from './option-values.ts';

/** The options of `windtunnel serve`: what they are, and what they come to. */

export interface ServeOptions {
  server: ReferenceServer;
  /** 0: any free one. */
  port: number;
  store: 'memory' | 'sqlite';
  json: boolean;
}

export const serveOptions = {
  server: {
    choices: Object.keys(referenceServers) as ReferenceServer[],
    default: 'stateful-v2' as ReferenceServer,
    describe: 'Which one',
  },
  port: { type: 'string', default: '0', describe: 'TCP port on 127.0.0.1; 0 is any free one' },
  store: {
    choices: ['memory', 'sqlite'] as const,
    default: 'memory' as const,
    describe: 'Where sessions and baskets live; both end with the server',
  },
} as const;

interface RawServeOptions {
  server: ReferenceServer;
  port: string;
  store: 'memory' | 'sqlite';
  json: boolean;
}

/** @throws HarnessError `usage` for a value out of range; the message says what is allowed. */
export function toServeOptions({ server, port, store, json }: RawServeOptions): ServeOptions {
  return {
    server,
    port: whole('port', port, 0, 65_535),
    store,
    json,
  };
}
