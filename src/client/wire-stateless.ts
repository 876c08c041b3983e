import { opIdKey } from '../record/index.ts';
import { exchange } from './exchange.ts';
import { encodeHeaderValue } from './headers.ts';
import { judgeExchange, toToolResult } from './tool-answer.ts';
import type { Connection, ConnectionClient } from './types.ts';
import { clientInfo, requestIdHeader, type WireTarget } from './wire-target.ts';

const revision = '2026-07-28';

/**
 * A client of 2026-07-28: no handshake and no session; every request stands for itself. A request that is
 * given up is cancelled by closing its stream, which undici does when the signal aborts.
 * Source: specification 2026-07-28, basic/transports/streamable-http.
 */
export function statelessConnection(target: WireTarget, client: ConnectionClient): Connection {
  let lastId = 0;
  return {
    open: async () => ({ outcome: 'ok', value: { sessionId: null }, requestId: '' }),
    call: async ({ tool, arguments: args, opId }, signal) => {
      lastId += 1;
      const id = lastId;
      const requestId = client.nextRequestId();
      const _meta = {
        'io.modelcontextprotocol/protocolVersion': revision,
        'io.modelcontextprotocol/clientInfo': clientInfo,
        'io.modelcontextprotocol/clientCapabilities': {},
        [opIdKey]: opId,
      };
      const params = { name: tool, arguments: args, _meta };
      const exchanged = await exchange(
        target.dispatcher,
        {
          origin: target.origin,
          path: target.path,
          method: 'POST',
          headers: {
            accept: 'application/json, text/event-stream',
            'content-type': 'application/json',
            'mcp-protocol-version': revision,
            'mcp-method': 'tools/call',
            'mcp-name': encodeHeaderValue(tool),
            [requestIdHeader]: requestId,
          },
          body: JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params }),
          signal,
        },
        id,
      );
      const answer = judgeExchange(exchanged, { id, requestId, inSession: false });
      return answer.outcome === 'ok' ? { ...answer, value: toToolResult(answer.value) } : answer;
    },
    close: async () => ({}),
  };
}
