import { http, json, type Misbehaviour, sound, soundBody } from './wire-server.ts';

export const stream = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n';
export const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const mebibyte = 2 ** 20;
/** Made once: what is sent is the same each time. */
const fill = Buffer.alloc(mebibyte, 'x');

/** Repeats a piece for as long as the peer takes it, up to a bound, no faster than it takes it. */
export function pour(write: Misbehaviour, piece: string | Buffer, times: number): Misbehaviour {
  return (call) => {
    write(call);
    let left = times;
    const more = () => {
      while (left-- > 0 && !call.socket.destroyed) if (!call.socket.write(piece)) return;
    };
    call.socket.on('drain', more);
    more();
  };
}

/** Writes a piece every so often, until the peer hangs up. */
function trickle(write: Misbehaviour, piece: string, everyMs: number): Misbehaviour {
  return (call) => {
    write(call);
    const timer = setInterval(() => call.write(piece), everyMs);
    call.socket.on('close', () => clearInterval(timer));
  };
}

/** Answers that hold what was asked for, however odd they are, by the failure that a client sees: none. */
const accepted: Record<string, Misbehaviour> = {
  sound,
  'connection-close': ({ id, socket }) =>
    socket.end(http(soundBody(id), { headers: `${json}connection: close\r\n` })),
  'a-hundred-headers': ({ id, write }) => {
    const headers = Array.from({ length: 100 }, (_, i) => `x-header-${i}: <b>${i}</b>\r\n`).join('');
    write(http(soundBody(id), { headers: json + headers }));
  },
  'wrong-content-type': ({ id, write }) =>
    write(http(soundBody(id), { headers: 'content-type: text/html\r\n' })),
  'interim-answers': ({ id, write }) => {
    write('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n');
    write(http(soundBody(id)));
  },
  'byte-by-byte': ({ id, write }) => {
    const bytes = http(soundBody(id));
    for (let at = 0; at < bytes.length; at += 1) write(bytes.subarray(at, at + 1));
  },
  'stream-with-bom-and-cr': ({ id, write }) =>
    write(
      http(`\ufeff: hello\rdata: ${soundBody(id)}\r\r`, { headers: 'content-type: text/event-stream\r\n' }),
    ),
  'stream-with-noise-before': ({ id, write }) =>
    write(
      http(
        `data: {"jsonrpc":"2.0","method":"notifications/message"}\n\ndata: junk\n\ndata: ${soundBody(id)}\n\n`,
        {
          headers: 'content-type: text/event-stream\r\n',
        },
      ),
    ),
  'stream-left-open': trickle(
    ({ id, write }) =>
      write(`${stream}transfer-encoding: chunked\r\n\r\n${chunk(`data: ${soundBody(id)}\n\n`)}`),
    chunk(': still here\n\n'),
    50,
  ),
  'bytes-behind-the-answer': ({ id, write }) =>
    write(Buffer.concat([http(soundBody(id)), Buffer.from('HTTP/1.1 200 OK\r\nx: smuggled\r\n\r\n')])),
  'until-close': ({ id, socket }) => socket.end(`HTTP/1.1 200 OK\r\n${json}\r\n${soundBody(id)}`),
};

/** Answers that are none. */
const refused: Record<string, Misbehaviour> = {
  garbage: ({ socket }) => socket.end('\x00\x01 this is no HTTP \xff\r\n\r\n'),
  'not-json': ({ write }) => write(http('<script>alert(1)</script>')),
  'other-id': ({ write }) => write(http(soundBody('another'))),
  'other-id-in-stream': ({ write }) =>
    write(http(`data: ${soundBody(-7)}\n\n`, { headers: 'content-type: text/event-stream\r\n' })),
  redirect: ({ write }) =>
    write(http('', { status: '307 Temporary Redirect', headers: 'location: /mcp\r\n' })),
  'invalid-utf8': ({ id, write }) =>
    write(http(Buffer.concat([Buffer.from(soundBody(id).slice(0, -1)), Buffer.from([0xff, 0xfe, 0x7d])]))),
  batch: ({ id, write }) => write(http(`[${soundBody(id)}]`)),
  'ten-thousand-levels': ({ id, write }) =>
    write(http(`${'['.repeat(10_000)}${soundBody(id)}${']'.repeat(10_000)}`)),
  'deep-error-data': ({ id, write }) =>
    write(
      http(
        `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"error":{"code":-32000,"message":"<script>alert(2)</script>","data":${'['.repeat(10_000)}${']'.repeat(10_000)}}}`,
      ),
    ),
  'deep-id': ({ write }) =>
    write(http(`{"jsonrpc":"2.0","id":${'['.repeat(20_000)}${']'.repeat(20_000)},"result":{}}`)),
  'blocks-of-nothing': ({ id, write }) =>
    write(
      http(soundBody(id, { isError: true, content: [null, 7, { type: 'text', text: { toString: 1 } }] })),
    ),
  'html-in-headers': ({ write }) =>
    write(
      http('<h1>no</h1>', { status: '500 <img src=x>', headers: 'x-evil: <script>alert(3)</script>\r\n' }),
    ),
  'fifty-megabytes': pour(
    ({ write }) => write(`HTTP/1.1 200 OK\r\n${json}content-length: ${50 * mebibyte}\r\n\r\n`),
    fill,
    50,
  ),
  'event-of-20-megabytes': pour(({ write }) => write(`${stream}\r\ndata: `), fill, 20),
  'endless-head': pour(({ write }) => write('HTTP/1.1 200 OK\r\n'), `x-more: ${'y'.repeat(1000)}\r\n`, 2000),
  'endless-chunks': pour(
    ({ write }) => write(`HTTP/1.1 200 OK\r\n${json}transfer-encoding: chunked\r\n\r\n`),
    chunk('z'.repeat(65_536)),
    800,
  ),
  'endless-interim': pour(({ write }) => write(''), 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(100), 500),
  'endless-stream': trickle(
    ({ write }) => write(`${stream}transfer-encoding: chunked\r\n\r\n`),
    chunk('data: {"jsonrpc":"2.0","method":"notifications/message"}\n\n'),
    20,
  ),
  'byte-a-second': trickle(({ write }) => write(`${stream}\r\n`), 'd', 1000),
  'two-framings': ({ id, write }) => {
    const body = soundBody(id);
    write(
      `HTTP/1.1 200 OK\r\n${json}content-length: ${body.length}\r\ntransfer-encoding: chunked\r\n\r\n${chunk(body)}0\r\n\r\n`,
    );
  },
  'two-lengths': ({ id, write }) =>
    write(`HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 90\r\n\r\n${soundBody(id)}`),
  'bare-line-feeds': ({ id, write }) =>
    write(`HTTP/1.1 200 OK\ncontent-type: application/json\n\n${soundBody(id)}`),
  'control-characters': ({ id, write }) =>
    write(http(soundBody(id), { headers: `${json}mcp-session-id: a\x01b\x7f\r\n` })),
  'close-at-once': ({ socket }) => socket.destroy(),
  'half-close': ({ socket }) => socket.end(),
  'close-in-head': ({ socket }) => socket.end('HTTP/1.1 200 OK\r\ncontent-ty'),
  'close-in-body': ({ id, socket }) => socket.end(http(soundBody(id)).subarray(0, -5)),
  reset: ({ socket }) => socket.resetAndDestroy(),
  silent: () => {},
  'upgrade-unasked': ({ write }) => write('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n'),
};

export const answers = { accepted, refused };
