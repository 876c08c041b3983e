import type { ServerResponse } from 'node:http';

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

/** The body reads as JSON-RPC, since that is what an MCP client tries to read. -32603: internal error. */
export function answerItself(res: ServerResponse, reason: OwnAnswer): void {
  const { status, message } = ownAnswers[reason];
  const error = { code: -32603, message: `windtunnel balancer: ${message}` };
  const body = JSON.stringify({ jsonrpc: '2.0', id: null, error });
  res.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-windtunnel-balancer': reason,
  });
  res.end(body);
}
