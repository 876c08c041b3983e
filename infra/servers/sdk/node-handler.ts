import type { IncomingMessage, ServerResponse } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';

/**
 * Serves a web-standard handler on `node:http`. The SDK's adapter takes Node's objects, but its types, read
 * with `exactOptionalPropertyTypes`, do not say so.
 */
export function nodeHandler(
  fetch: (request: Request) => Promise<Response>,
): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  return toNodeHandler({ fetch }) as (req: IncomingMessage, res: ServerResponse) => Promise<void>;
}
