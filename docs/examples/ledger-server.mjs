// A server that takes part in the ledger, on the official TypeScript SDK: `node ledger-server.mjs [PORT]`.
import { writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import * as z from 'zod';

let seq = 0;

/** One line for each begin, commit and abort, on the disk before the answer leaves. */
function ledger(event, tool, extra) {
  const opId = extra?._meta?.['io.mcp-windtunnel/opId'];
  if (event !== 'end' && opId === undefined) return;
  seq += 1;
  const monotonicUs = Math.floor(Number(process.hrtime.bigint() / 1000n));
  writeSync(1, `${JSON.stringify({ windtunnel: event, opId, tool, seq, monotonicUs })}\n`);
}

const notes = new Map();

function createMcp() {
  const server = new McpServer({ name: 'ledger-example', version: '1.0.0' });
  server.registerTool(
    'remember',
    { description: 'Keeps a text under a key', inputSchema: { key: z.string(), text: z.string() } },
    ({ key, text }, extra) => {
      ledger('begin', 'remember', extra);
      if (text === '') {
        ledger('abort', 'remember', extra);
        return { isError: true, content: [{ type: 'text', text: 'there is nothing to remember' }] };
      }
      notes.set(key, text);
      ledger('commit', 'remember', extra);
      return { content: [{ type: 'text', text: JSON.stringify({ key, text }) }] };
    },
  );
  return server;
}

const http = createServer(async (req, res) => {
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  const server = createMcp();
  res.on('close', () => server.close());
  await server.connect(transport);
  await transport.handleRequest(req, res);
});
http.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  process.stdout.write(`listening on http://127.0.0.1:${http.address().port}\n`);
});
process.on('SIGTERM', () => {
  http.close(() => {
    ledger('end');
    process.exit(0);
  });
  http.closeIdleConnections();
});
