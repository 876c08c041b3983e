// An MCP server of nobody's: plain node:http, without an SDK. MODE says what is peculiar about it.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

const say = (text) => process.stdout.write(`${text}\n`);
const { MODE = 'sessions', FIXTURE_VERSION = '2025-11-25' } = process.env;
const port = Number(process.argv[2] ?? process.env.PORT ?? 0);
const sessions = new Set();
const tools = ['echo', 'add', 'fails'].map((name) => ({ name, inputSchema: { type: 'object' } }));

if (MODE === 'exits') {
  process.stderr.write('Error: no configuration\n');
  process.exit(3);
}
if (MODE === 'stdio') {
  process.stdin.on('data', (text) => {
    const { id } = JSON.parse(String(text));
    say(JSON.stringify({ jsonrpc: '2.0', id, result: { protocolVersion: '2025-11-25' } }));
  });
}
if (MODE === 'ignores-sigterm') process.on('SIGTERM', () => {});
if (MODE === 'forks') {
  // One that stays in the group, and one that leaves it.
  for (const detached of [false, true]) {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
      detached,
      stdio: 'ignore',
    });
    say(`child ${child.pid}`);
    child.unref();
  }
}

const json = (res, status, body, headers = {}) =>
  res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

const server = createServer((req, res) => {
  let text = '';
  req.on('data', (chunk) => {
    text += chunk;
  });
  req.on('end', () => answer(req, res, text));
});
if (MODE !== 'stdio') {
  server.listen(MODE === 'elsewhere' ? 0 : port, '127.0.0.1', () =>
    say(`listening on port ${server.address().port}`),
  );
}

function answer(req, res, text) {
  if (process.env.FIXTURE_TOKEN && req.headers.authorization !== `Bearer ${process.env.FIXTURE_TOKEN}`) {
    json(res, 401, { error: `not ${req.headers.authorization}` });
    return;
  }
  if (MODE === 'sse' && req.method === 'GET') {
    res.writeHead(200, { 'content-type': 'text/event-stream' }).write('event: endpoint\ndata: /message\n\n');
    return;
  }
  if (MODE === 'redirects') {
    res.writeHead(307, { location: `http://127.0.0.1:${process.env.FIXTURE_ELSEWHERE}/mcp` }).end();
    return;
  }
  if (MODE === 'sse' || MODE === 'website' || req.url !== '/mcp') {
    res.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not Found</h1>');
    return;
  }
  if (req.method === 'DELETE') {
    sessions.delete(req.headers['mcp-session-id']);
    res.writeHead(200).end();
    return;
  }
  // A probe that looks for an older transport asks with GET, which is no reason to die.
  if (req.method !== 'POST') {
    res.writeHead(405).end();
    return;
  }
  const { id, method, params } = JSON.parse(text);
  const reply = (result, headers) => json(res, 200, { jsonrpc: '2.0', id, result }, headers);
  if (MODE === 'modern') return modern(req, res, { id, method, params }, reply);
  if (method === 'initialize') {
    const sessionId = randomUUID();
    sessions.add(sessionId);
    const headers = MODE === 'sessionless' ? {} : { 'mcp-session-id': sessionId };
    const serverInfo = { name: 'fixture', version: '1' };
    reply({ protocolVersion: FIXTURE_VERSION, capabilities: { tools: {} }, serverInfo }, headers);
    return;
  }
  if (MODE !== 'sessionless' && !sessions.has(req.headers['mcp-session-id'])) {
    json(res, 404, { jsonrpc: '2.0', id, error: { code: -32001, message: 'Session not found' } });
    return;
  }
  if (id === undefined) res.writeHead(202).end();
  else if (method === 'tools/list') reply(page(params));
  else if (method === 'tools/call') reply(call(params));
  else json(res, 200, { jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } });
}

function modern(_req, res, { id, method, params }, reply) {
  if (method === 'server/discover') {
    reply({ resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities: { tools: {} } });
  } else if (method === 'tools/list') reply({ resultType: 'complete', ...page(params) });
  else if (method === 'tools/call') reply({ resultType: 'complete', ...call(params) });
  else json(res, 400, { jsonrpc: '2.0', id, error: { code: -32022, message: 'Unsupported version' } });
}

/** One tool a page: a client that takes the first page for all knows one of them. */
function page(params) {
  const at = Number(params?.cursor ?? 0);
  return { tools: tools.slice(at, at + 1), ...(at + 1 < tools.length && { nextCursor: String(at + 1) }) };
}

function call({ name, arguments: args }) {
  if (name === 'fails') return { isError: true, content: [{ type: 'text', text: 'half of it was done' }] };
  return { content: [{ type: 'text', text: JSON.stringify(args) }], structuredContent: { echo: args } };
}
