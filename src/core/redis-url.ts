/** `redis://[user:password@]host[:port][/db]`: where a Redis is, and how to show it without its password. */

export interface RedisAddress {
  /** A name, an IPv4 address, or an IPv6 address without brackets. */
  host: string;
  port: number;
  username: string | undefined;
  password: string | undefined;
  db: number;
}

/** Undefined if the text is no such URL. */
export function parseRedisUrl(text: string): RedisAddress | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const db = /^\/?$/.test(url.pathname) ? '0' : /^\/(\d{1,5})$/.exec(url.pathname)?.[1];
  // ioredis would take a query for options.
  const isPlain = url.protocol === 'redis:' && url.search === '' && url.hash === '';
  if (!isPlain || url.hostname === '' || db === undefined) return undefined;
  try {
    return {
      host: url.hostname.replace(/^\[|\]$/g, '').toLowerCase(),
      port: url.port === '' ? 6379 : Number(url.port),
      username: decodeURIComponent(url.username) || undefined,
      password: decodeURIComponent(url.password) || undefined,
      db: Number(db),
    };
  } catch {
    // A percent sign that stands for nothing.
    return undefined;
  }
}

export function redisUrl(address: RedisAddress): string {
  return written(address, encodeURIComponent(address.password ?? ''));
}

/** For people and files: `***` in the password's place. */
export function redactedRedisUrl(address: RedisAddress): string {
  return written(address, '***');
}

function written({ host, port, username = '', password, db }: RedisAddress, secret: string): string {
  const user = encodeURIComponent(username);
  const login = password === undefined ? (user === '' ? '' : `${user}@`) : `${user}:${secret}@`;
  return `redis://${login}${host.includes(':') ? `[${host}]` : host}:${port}/${db}`;
}

/** Whether a host is this machine by its name alone; nothing is looked up. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
