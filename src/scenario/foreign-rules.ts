import type { DeploymentFile } from './deployment-schema.ts';
import { type ForeignServer, portPlaceholder } from './foreign-server-schema.ts';
import type { Problem } from './problems.ts';
import { placeholders } from './template.ts';

/** What goes together where the server is not one of ours. */

/** Where a replica comes from; exactly one of them is named. */
const origins = ['command', 'image', 'url'] as const;
type Origin = (typeof origins)[number];

/** What has a meaning only for some origins. */
const meaningful = {
  cwd: ['command'],
  port: ['image'],
  env: ['command', 'image'],
  ready: ['command', 'image'],
} as const satisfies Partial<Record<keyof ForeignServer, readonly Origin[]>>;

/** Headers that a client of MCP sets itself, or that belong to the connection. */
const reservedHeaders =
  /^(host|connection|content-length|content-type|transfer-encoding|accept|accept-encoding|expect|te|trailer|upgrade|keep-alive|last-event-id|mcp-.*|x-windtunnel-.*)$/i;

export function checkForeign(deployment: DeploymentFile, server: ForeignServer): Problem[] {
  const named = origins.filter((origin) => server[origin] !== undefined);
  const [origin] = named;
  if (origin === undefined || named.length > 1) {
    const message = `needs one of ${origins.join(', ')}; there ${named.length === 0 ? 'is none' : `are ${named.join(' and ')}`}`;
    return [{ path: ['server'], message }];
  }
  return [
    ...misplaced(server, origin),
    ...checkHeaders(server),
    ...checkReady(server),
    ...(origin === 'command' ? checkCommand(server) : []),
    ...(origin === 'url' ? checkUrl(deployment, server) : []),
    ...(origin === 'image' && server.port === undefined
      ? [
          {
            path: ['server', 'port'],
            message: 'is missing; needs the port it listens on within its container',
          },
        ]
      : []),
  ];
}

function misplaced(server: ForeignServer, origin: Origin): Problem[] {
  return Object.entries(meaningful).flatMap(([key, allowed]: [string, readonly Origin[]]) => {
    if (allowed.includes(origin) || !isGiven(server, key as keyof typeof meaningful)) return [];
    return [
      {
        path: ['server', key],
        message: `has no meaning with ${origin}; it belongs to ${allowed.join(', ')}`,
      },
    ];
  });
}

function isGiven(server: ForeignServer, key: keyof typeof meaningful): boolean {
  if (key === 'env') return Object.keys(server.env).length > 0;
  if (key === 'ready') return server.ready.path !== undefined || server.ready.output !== undefined;
  return server[key] !== undefined;
}

function checkHeaders(server: ForeignServer): Problem[] {
  return Object.keys(server.headers)
    .filter((name) => reservedHeaders.test(name))
    .map((name) => ({
      path: ['server', 'headers', name],
      message: 'is set by the client itself, or belongs to the connection',
    }));
}

function checkReady({ ready }: ForeignServer): Problem[] {
  if (ready.path === undefined || ready.output === undefined) return [];
  return [{ path: ['server', 'ready'], message: 'needs one of path, output; there are both' }];
}

/** A misspelt `${prot}` would be passed on as it stands, and the server listen elsewhere. */
function checkCommand({ command, env }: ForeignServer): Problem[] {
  const words: [PropertyKey[], string][] = [
    ...(command ?? []).map((text, i): [PropertyKey[], string] => [['server', 'command', i], text]),
    ...Object.entries(env).map(([name, text]): [PropertyKey[], string] => [['server', 'env', name], text]),
  ];
  const problems = words.flatMap(([path, text]) => {
    const unknown = placeholders(text).filter((name) => name !== 'port');
    return unknown.map((name) => ({
      path,
      message: `\${${name}} is nothing that is known here; allowed: ${portPlaceholder}, \${env:NAME}`,
    }));
  });
  if (command?.[0]?.trim() === '') {
    problems.push({ path: ['server', 'command', 0], message: 'must be the program to start' });
  }
  return problems;
}

function checkUrl({ routing, replicas }: DeploymentFile, { url = '', path }: ForeignServer): Problem[] {
  const at = ['server', 'url'];
  if (!URL.canParse(url))
    return [{ path: at, message: 'must be an address such as http://127.0.0.1:3000/mcp' }];
  const parsed = new URL(url);
  const problems: Problem[] = [];
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') {
    problems.push({
      path: at,
      message: `${parsed.protocol}// cannot be asked; allowed: http://, https:// (the Streamable HTTP transport)`,
    });
  }
  // Not repeated: it may be a password.
  if (parsed.username !== '' || parsed.password !== '') {
    problems.push({
      path: at,
      message: 'must hold neither user nor password; give `headers: {Authorization: "… ${env:NAME}"}`',
    });
  }
  if (parsed.hash !== '')
    problems.push({ path: at, message: 'must have no #fragment; it would never be sent' });
  if (/\$\{/.test(url))
    problems.push({ path: at, message: 'takes no ${…}; what is secret belongs into headers' });
  if (path !== undefined && parsed.pathname !== '/') {
    problems.push({
      path: ['server', 'path'],
      message: `is there twice: url has the path ${parsed.pathname}`,
    });
  }
  if (routing !== undefined) {
    problems.push({
      path: ['routing'],
      message: 'has no meaning with url: nothing of ours is in front of it',
    });
  }
  if (replicas !== undefined) {
    problems.push({
      path: ['replicas'],
      message: 'has no meaning with url: what is behind it is not started here',
    });
  }
  return problems;
}
