import type { ProtocolRevision } from '../record/index.ts';

/** What a person can do with a server that is up: commands to copy, each on lines of its own. */
export function howToConnect(url: string, protocol: ProtocolRevision): string {
  const clients =
    protocol === '2025-11-25'
      ? `Let a client use it, from another terminal:
  claude mcp add --transport http windtunnel ${url}
  npx @modelcontextprotocol/inspector --cli ${url} --transport http --method tools/list`
      : 'A client of it must speak 2026-07-28; older ones are refused.';
  return `MCP ${protocol} is served at
  ${url}

${clients}

Or ask it yourself:
${curl(url, protocol)}

Ctrl-C ends it.`;
}

const accept = '-H "Accept: application/json, text/event-stream"';
const contentType = '-H "Content-Type: application/json"';

/** The first request of the revision: `initialize` (2025-11-25), any request at all (2026-07-28). */
function curl(url: string, protocol: ProtocolRevision): string {
  const clientInfo = { name: 'curl', version: '1' };
  const [headers, method, params] =
    protocol === '2025-11-25'
      ? [[], 'initialize', { protocolVersion: protocol, capabilities: {}, clientInfo }]
      : [
          ['-H "Mcp-Protocol-Version: 2026-07-28"', '-H "Mcp-Method: tools/list"'],
          'tools/list',
          {
            _meta: {
              'io.modelcontextprotocol/protocolVersion': protocol,
              'io.modelcontextprotocol/clientInfo': clientInfo,
              'io.modelcontextprotocol/clientCapabilities': {},
            },
          },
        ];
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  return [
    `  curl -sS -i ${url}`,
    ...[accept, contentType, ...headers].map((header) => `    ${header}`),
    `    -d '${body}'`,
  ].join(' \\\n');
}
