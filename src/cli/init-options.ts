import { HarnessError } from '../core/index.ts';
import { portPlaceholder } from '../scenario/index.ts';
import { folder, names, single } from './option-values.ts';

/** The options of `windtunnel init`: what they are, and what they come to. */

export interface InitOptions {
  target: { url: string } | { command: string[] };
  /** Where the files go. */
  out: string;
  /** Of the MCP endpoint; undefined: /mcp, or as the URL says. */
  path: string | undefined;
  headers: Record<string, string>;
  allowedHosts: string[];
}

export const initOptions = {
  out: { type: 'string', default: 'windtunnel', describe: 'Folder for scenario.yaml and deployment.yaml' },
  path: { type: 'string', describe: 'Path of the MCP endpoint of a command; by default /mcp' },
  header: {
    type: 'string',
    describe:
      "Sent with every request, e.g. 'Authorization: Bearer ${env:TOKEN}'; may be given several times",
  },
  'allow-host': {
    type: 'string',
    describe: 'Hosts beside this machine that may be asked, separated by commas',
  },
} as const;

interface RawInitOptions {
  target?: string | undefined;
  out: string;
  path?: string | undefined;
  header?: string | string[] | undefined;
  allowHost?: string | undefined;
}

const examples = `For example \`windtunnel init http://127.0.0.1:3000/mcp\`, or \`windtunnel init -- node server.js '${portPlaceholder}'\`.`;

/**
 * @param command the words after `--`; undefined without one.
 * @throws HarnessError `usage` for a value that is missing or makes no sense; the message says what is allowed.
 */
export function toInitOptions(raw: RawInitOptions, command: readonly string[] | undefined): InitOptions {
  return {
    target: targetOf(raw.target, command),
    out: folder('out', raw.out),
    path: raw.path === undefined ? undefined : single('path', raw.path),
    headers: headersOf(raw.header === undefined ? [] : [raw.header].flat()),
    allowedHosts: raw.allowHost === undefined ? [] : names('allow-host', raw.allowHost),
  };
}

function targetOf(url: string | undefined, command: readonly string[] | undefined): InitOptions['target'] {
  if (url !== undefined && command !== undefined) {
    throw new HarnessError('usage', `init: both an address, ${url}, and a command are given`, {
      hint: examples,
    });
  }
  if (command !== undefined && command.length > 0) return { command: [...command] };
  if (url === undefined) {
    throw new HarnessError('usage', 'init: which server? its address, or a command after --, is missing', {
      hint: examples,
    });
  }
  if (!URL.canParse(url) || !/^https?:/i.test(url)) {
    throw new HarnessError('usage', `init: ${url} is no address such as http://127.0.0.1:3000/mcp`, {
      hint: `A command to start stands after --. ${examples}`,
    });
  }
  return { url };
}

function headersOf(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [, name, value] = /^([^:\s]+)\s*:\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || value === undefined) {
      // Not repeated: it may be a secret.
      throw new HarnessError(
        'usage',
        '--header: must be a name and a value, such as Authorization: Bearer …',
        {
          hint: 'Secrets stand in it as ${env:NAME}, in single quotes, so that no shell and no file sees them.',
        },
      );
    }
    headers[name] = value;
  }
  return headers;
}
