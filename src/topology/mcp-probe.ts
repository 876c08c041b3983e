import { request } from 'node:http';
import { messageOf } from '../core/index.ts';
import type { ProtocolRevision } from '../record/index.ts';
import { type JsonRpcAnswer, jsonRpcAnswer } from './json-rpc-answer.ts';

/** `ready`, or why not, in words for an error message. */
export type ProbeOutcome = { ready: true; sessionId?: string } | { ready: false; why: string };

interface HttpAnswer {
  status: number;
  sessionId: string | undefined;
  text: string;
  message: JsonRpcAnswer | undefined;
}

const clientInfo = { name: 'mcp-windtunnel-probe', version: '1' };
const accept = 'application/json, text/event-stream';
/** An answer to a probe is a few hundred bytes; what is longer is no answer to it. */
const answerBytesMax = 256 * 1024;
/** As much as the clients of a run take: a server that they can use is ready. */
const headBytesMax = 64 * 1024;
export const sessionEndTimeoutMs = 1_000;

/**
 * Asks a server the first question of its protocol revision: `initialize` (2025-11-25, lifecycle) or
 * `server/discover` (2026-07-28, server/discover). An answer means that it is ready to be used.
 *
 * @param host for the header `Host`; by default what the URL says.
 */
export async function probeMcp(
  url: string,
  protocol: ProtocolRevision,
  signal: AbortSignal,
  host?: string,
): Promise<ProbeOutcome> {
  try {
    const answer = await send(url, 'POST', named(probes[protocol], host), signal);
    const { message } = answer;
    if (message && 'result' in message && answer.status === 200) {
      return { ready: true, ...(answer.sessionId !== undefined && { sessionId: answer.sessionId }) };
    }
    // Every 2026-07-28 server must implement it, yet one that does not can still be measured.
    const isUnknownMethod = message?.error?.code === -32601;
    if (protocol === '2026-07-28' && isUnknownMethod) return { ready: true };
    return { ready: false, why: `it answered ${answer.status} ${answer.text.slice(0, 200).trim()}`.trim() };
  } catch (error) {
    return { ready: false, why: messageOf(error) };
  }
}

/** Ends the session a probe has opened. What the server answers to that does not matter. */
export async function endProbeSession(
  url: string,
  sessionId: string,
  signal: AbortSignal,
  host?: string,
): Promise<void> {
  const headers = { 'mcp-session-id': sessionId, 'mcp-protocol-version': '2025-11-25' };
  await send(url, 'DELETE', named({ headers, body: undefined }, host), signal).catch(() => {});
}

function named({ headers, body }: Probe, host: string | undefined): Probe {
  return { headers: host === undefined ? headers : { ...headers, host }, body };
}

interface Probe {
  headers: Record<string, string>;
  body: string | undefined;
}

const probes: Record<ProtocolRevision, Probe> = {
  '2025-11-25': {
    headers: { accept, 'content-type': 'application/json' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 0,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo },
    }),
  },
  '2026-07-28': {
    headers: {
      accept,
      'content-type': 'application/json',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'server/discover',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 0,
      method: 'server/discover',
      params: {
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientInfo': clientInfo,
          'io.modelcontextprotocol/clientCapabilities': {},
        },
      },
    }),
  },
};

function send(url: string, method: string, probe: Probe, signal: AbortSignal): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    // A connection of its own, closed with the answer: no idle one stays that could slow a server's end.
    const options = { method, headers: probe.headers, agent: false, signal, maxHeaderSize: headBytesMax };
    const outgoing = request(url, options, (response) => {
      const status = response.statusCode ?? 0;
      const header = response.headers['mcp-session-id'];
      const sessionId = typeof header === 'string' ? header : undefined;
      const isStream = response.headers['content-type']?.startsWith('text/event-stream') ?? false;
      let text = '';
      const settle = (message: JsonRpcAnswer | undefined) => {
        resolve({ status, sessionId, text, message });
        // A stream may stay open after the answer.
        response.destroy();
      };
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        const message = isStream ? jsonRpcAnswer(text, isStream) : undefined;
        if (message || text.length > answerBytesMax) settle(message);
      });
      response.on('end', () => settle(jsonRpcAnswer(text, isStream)));
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(probe.body);
  });
}
