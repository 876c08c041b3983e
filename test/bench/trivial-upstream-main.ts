// Entry of the upstream that both balancers have: as little work as an MCP answer can be.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const result = { content: [{ type: 'text', text: 'hello' }], isError: false };
const answer = JSON.stringify({ jsonrpc: '2.0', id: 1, result });
const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) };

const server = createServer({ keepAliveTimeout: 60_000 }, (req, res) => {
  req.resume();
  res.writeHead(200, headers);
  res.end(answer);
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => {
  process.stdout.write(`listening on http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp\n`);
});
// It ends however the one who started it ends.
process.stdin.on('end', () => process.exit(0)).resume();
