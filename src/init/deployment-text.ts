import type { Offer } from './offer.ts';
import { quoted } from './text.ts';

/** The deployment file of a server that was asked what it offers, in which each line says what it is for. */

/** How the server is reached, as it stands in the file. */
export type Target =
  | { url: string }
  | {
      command: readonly string[];
      /** Relative to the file. */
      cwd: string;
      env: Readonly<Record<string, string>>;
      /** Of the MCP endpoint. */
      path: string;
    };

export interface DeploymentFacts {
  name: string;
  /** Path of the deployments' JSON Schema, relative to the file. */
  schemaPath: string;
  headers: Readonly<Record<string, string>>;
}

export function deploymentText(
  offer: Offer,
  target: Target,
  { name, schemaPath, headers }: DeploymentFacts,
): string {
  return [
    `# yaml-language-server: $schema=${schemaPath}`,
    '# How the server is run, written by `windtunnel init`.',
    `name: ${name}`,
    `description: ${quoted('url' in target ? 'A server that runs already' : 'My server, three replicas behind a balancer')}`,
    'server:',
    ...('url' in target ? urlLines(target.url) : commandLines(target)),
    ...headerLines(headers),
    ...protocolLines(offer),
    ...('url' in target ? [] : routingLines(offer)),
    '',
  ].join('\n');
}

function urlLines(url: string): string[] {
  return [
    '  # It is only asked: it is neither started nor ended, and nothing is put in front of it.',
    `  url: ${quoted(url)}`,
  ];
}

function commandLines({ command, cwd, env, path }: Exclude<Target, { url: string }>): string[] {
  return [
    '  # What each replica runs: the program and its arguments, without a shell.',
    `  command: ${quoted(command)}`,
    '  # The folder it runs in, relative to this file.',
    `  cwd: ${quoted(cwd)}`,
    ...(Object.keys(env).length === 0
      ? []
      : [
          '  # ${port} is the port it is to listen on, another one for each replica.',
          `  env: ${quoted(env)}`,
        ]),
    '  # The path of its MCP endpoint.',
    `  path: ${quoted(path)}`,
  ];
}

function headerLines(headers: Readonly<Record<string, string>>): string[] {
  if (Object.keys(headers).length === 0) return [];
  return [
    '  # Sent with every request; ${env:NAME} is a variable of the environment, which no file shows.',
    `  headers: ${quoted(headers)}`,
  ];
}

function protocolLines({ protocol, hasSession }: Offer): string[] {
  const how =
    protocol === '2026-07-28'
      ? 'It answered `server/discover`: each request stands for itself, there are no sessions.'
      : `It answered \`initialize\`, and ${hasSession ? 'opened a session' : 'opened no session'}.`;
  return [`  # ${how}`, `  protocol: ${quoted(protocol)}`];
}

function routingLines({ hasSession }: Offer): string[] {
  const routing = hasSession
    ? [
        '# How the balancer picks a replica. A session is kept where it was opened; with round-robin one can see what is',
        '# lost without that, if sessions live in the memory of a replica.',
        'routing: session-affinity',
      ]
    : [
        '# How the balancer picks a replica: each in its turn, since there are no sessions.',
        'routing: round-robin',
      ];
  return [...routing, '# How many there are at the begin.', 'replicas: 3'];
}
