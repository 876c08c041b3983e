import type { ServerResponse } from 'node:http';

/** The JSON-RPC codes that servers use by habit for what is wrong with the HTTP request itself. */
export const rpcErrors = {
  parse: -32700,
  badRequest: -32000,
  sessionNotFound: -32001,
  internal: -32603,
} as const;

/** Answers with a JSON-RPC error in the shape of the SDK's own; `id` is null, the body may not have been read. */
export function answerRpcError(res: ServerResponse, status: number, code: number, message: string): void {
  const body = JSON.stringify({ jsonrpc: '2.0', error: { code, message }, id: null });
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  res.end(body);
}
