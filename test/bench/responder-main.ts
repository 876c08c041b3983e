// A trivial MCP responder: the least that a server can cost, so that what is measured is the client. It answers
// at once, or after `--delay MS`; both revisions, JSON only.
import { createServer, type Socket } from 'node:net';

const delayMs = Number(process.argv[2] ?? 0);
let sessions = 0;

const server = createServer({ noDelay: true }, (socket) => {
  let pending = '';
  socket.setEncoding('latin1');
  socket.on('error', () => {});
  socket.on('data', (text: string) => {
    pending = pending === '' ? text : pending + text;
    for (;;) {
      const length = requestLength(pending);
      if (length === undefined) return;
      const request = pending.slice(0, length);
      pending = pending.slice(length);
      if (delayMs === 0) answer(socket, request);
      else setTimeout(answer, delayMs, socket, request);
    }
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object')
    process.stdout.write(`listening on http://127.0.0.1:${address?.port}/mcp\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();

/** Of the first request in `text`, head and body; undefined while it is not complete. */
function requestLength(text: string): number | undefined {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const header = /\ncontent-length: *(\d+)/i.exec(text.slice(0, end));
  const length = end + 4 + Number(header?.[1] ?? 0);
  return text.length >= length ? length : undefined;
}

function answer(socket: Socket, request: string): void {
  if (!request.startsWith('POST')) {
    write(socket, request.startsWith('DELETE') ? '200 OK' : '405 Method Not Allowed', '', '');
    return;
  }
  const body = request.slice(request.indexOf('\r\n\r\n') + 4);
  const id = /"id":(\d+)/.exec(body)?.[1];
  if (id === undefined) {
    write(socket, '202 Accepted', '', '');
  } else if (body.includes('"method":"initialize"')) {
    sessions += 1;
    const result =
      '{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"trivial","version":"1"}}';
    write(
      socket,
      '200 OK',
      `mcp-session-id: s${sessions}\r\n`,
      `{"jsonrpc":"2.0","id":${id},"result":${result}}`,
    );
  } else {
    const result =
      '{"content":[{"type":"text","text":"hello"}],"structuredContent":{"text":"hello"},"resultType":"complete"}';
    write(socket, '200 OK', '', `{"jsonrpc":"2.0","id":${id},"result":${result}}`);
  }
}

function write(socket: Socket, status: string, headers: string, body: string): void {
  const type = body === '' ? '' : 'content-type: application/json\r\n';
  socket.write(
    `HTTP/1.1 ${status}\r\n${type}${headers}content-length: ${body.length}\r\n\r\n${body}`,
    'latin1',
  );
}
