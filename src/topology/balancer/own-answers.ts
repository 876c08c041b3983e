import { type ServerResponse, STATUS_CODES } from 'node:http';

/** When the balancer itself answers, and how; the keys are the values of `x-windtunnel-balancer`. */
const ownAnswers = {
  'no-upstream': { status: 503, message: 'there is no upstream' },
  unreachable: { status: 503, message: 'every upstream refused the connection' },
  overloaded: { status: 503, message: 'the balancer holds as many requests as it may' },
  'body-too-large': {
    status: 413,
    message: 'the body is larger than the balancer can hold to send it again',
  },
  'upstream-broken': { status: 502, message: 'the upstream broke the connection before it answered' },
} as const;

export type OwnAnswer = keyof typeof ownAnswers;

export function answerItself(res: ServerResponse, reason: OwnAnswer): void {
  const { status, headers, body } = ownAnswer(reason);
  res.writeHead(status, headers);
  res.end(body);
}

/**
 * The same as text, which is ASCII.
 *
 * @param moreLines of the head, each with its end.
 */
export function ownAnswerText(
  reason: OwnAnswer,
  moreLines: string,
  isBodyless: boolean,
): { status: number; text: string } {
  const { status, headers, body } = ownAnswer(reason);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}${moreLines}\r\n`;
  return { status, text: isBodyless ? head : head + body };
}

/** The body reads as JSON-RPC, since that is what an MCP client tries to read. -32603: internal error. */
function ownAnswer(reason: OwnAnswer) {
  const { status, message } = ownAnswers[reason];
  const error = { code: -32603, message: `windtunnel balancer: ${message}` };
  const body = JSON.stringify({ jsonrpc: '2.0', id: null, error });
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-windtunnel-balancer': reason,
  };
  return { status, headers, body };
}
