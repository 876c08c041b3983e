import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerRpcError, rpcErrors } from './answer.ts';

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Refuses a request whose `Host` or `Origin` names something else than this server: what the SDK's guide
 * (docs/serving/http.md, "Validate Host and Origin in front of it") asks of every plain `node:http` mount,
 * against DNS rebinding. Not taken from the SDK, so that servers on v1 and v2 pay the same for it.
 *
 * @returns whether the request may proceed; if not, it has been answered with 403.
 */
export function hostGuard(
  bindAddress: string,
  moreNames: readonly string[],
): (req: IncomingMessage, res: ServerResponse) => boolean {
  const names = new Set([...loopbackNames, urlHost(bindAddress), ...moreNames]);
  return (req, res) => {
    const { host, origin } = req.headers;
    const problem =
      host === undefined || !names.has(withoutPort(host))
        ? `Invalid Host: ${host}`
        : // Only browsers send an Origin, so a request without one passes.
          origin !== undefined && !names.has(originHost(origin))
          ? `Invalid Origin: ${origin}`
          : undefined;
    if (problem === undefined) return true;
    answerRpcError(res, 403, rpcErrors.badRequest, problem);
    return false;
  };
}

/** IPv6 addresses stand in brackets in a URL, and so in `Host`. */
export function urlHost(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

function withoutPort(host: string): string {
  return host.replace(/:\d*$/, '').toLowerCase();
}

function originHost(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).hostname : '';
}
