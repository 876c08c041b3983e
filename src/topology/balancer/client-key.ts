import type { RoutedRequest } from './routing-policy.ts';

/**
 * What a hashing balancer hashes: something that a client sends with every request, the first included. The
 * session id cannot be it, since `initialize` has none yet: the session would be established on one replica and
 * looked for on another. Real deployments hash the client's address or a cookie. Here all clients have one
 * address, so their name stands for it: the request id without its number (`c12-7` ─▶ `c12`).
 */
export function clientKey({ requestId, sessionId }: RoutedRequest): string {
  if (requestId === null) return sessionId ?? '';
  const dash = requestId.lastIndexOf('-');
  return dash < 0 ? requestId : requestId.slice(0, dash);
}

/**
 * FNV-1a over the key's UTF-16 units, with the finalizer of MurmurHash3: short keys that differ in their last
 * digit come out far apart, as a ring needs it. An integer in [0, 2^32).
 */
export function hashKey(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
