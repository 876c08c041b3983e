import { jsonText, messageOf, negotiable } from '../core/index.ts';
import type { ProtocolRevision } from '../record/index.ts';
import { accept, ask, questionOf, type ServerAccess } from './mcp-ask.ts';
import { type AskedProtocol, endProbeSession, probeMcp, sessionEndTimeoutMs } from './mcp-probe.ts';
import { otherTransport } from './other-transport.ts';

/** A tool as `tools/list` describes it. */
export interface OfferedTool extends Record<string, unknown> {
  name: string;
}

/** What a server says of itself. */
export interface ServerOffer {
  /** What it is spoken to in. */
  protocol: ProtocolRevision;
  /** What it answered to `initialize`; the revision itself for 2026-07-28. */
  negotiated: string;
  tools: OfferedTool[];
}

/** What it offers, or why it cannot be used, in words for an error message. */
export type Learned = { offer: ServerOffer } | { why: string };

/** A list that goes on for longer than this is one that never ends. */
const pagesMax = 200;

/**
 * Asks a server as a client does that meets it for the first time: which revision it speaks and which tools it has, page
 * by page. It is left without a session. Never throws for what a server does.
 */
export async function learnServer(
  url: string,
  asked: AskedProtocol,
  access: ServerAccess,
  signal: AbortSignal,
): Promise<Learned> {
  const met = await probeMcp(url, asked, signal, access);
  if (!met.ready) return { why: met.why + (await otherTransport(url, access, signal)) };
  const { protocol, sessionId, result = {} } = met;
  const negotiated = protocol === '2026-07-28' ? protocol : String(result.protocolVersion);
  const session: Record<string, string> = {
    'mcp-protocol-version': negotiated,
    ...(sessionId !== undefined && { 'mcp-session-id': sessionId }),
  };
  try {
    if (protocol === '2025-11-25' && !negotiable.includes(negotiated)) {
      return {
        why: `it answers initialize with ${jsonText(negotiated, 100)}; spoken here: 2026-07-28, ${negotiable.join(', ')}`,
      };
    }
    if (protocol === '2025-11-25') await confirm(url, session, access, signal);
    return { offer: { protocol, negotiated, tools: await toolsOf(url, protocol, session, access, signal) } };
  } catch (error) {
    return { why: messageOf(error) };
  } finally {
    if (sessionId !== undefined) {
      await endProbeSession(url, sessionId, AbortSignal.timeout(sessionEndTimeoutMs), access);
    }
  }
}

async function confirm(
  url: string,
  session: Record<string, string>,
  access: ServerAccess,
  signal: AbortSignal,
): Promise<void> {
  const body = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' });
  const headers = { accept, 'content-type': 'application/json', ...session };
  await ask(url, { method: 'POST', headers, body }, access, signal);
}

async function toolsOf(
  url: string,
  protocol: ProtocolRevision,
  session: Record<string, string>,
  access: ServerAccess,
  signal: AbortSignal,
): Promise<OfferedTool[]> {
  const tools: OfferedTool[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < pagesMax; page++) {
    const params = cursor === undefined ? {} : { cursor };
    const { status, text, message } = await ask(
      url,
      questionOf(protocol, 'tools/list', params, session),
      access,
      signal,
    );
    if (message?.error?.code === -32601) return tools;
    const result = message?.result as { tools?: unknown; nextCursor?: unknown } | undefined;
    if (status !== 200 || !Array.isArray(result?.tools)) {
      throw new Error(`it answered tools/list with ${status} ${text.slice(0, 200).trim()}`.trim());
    }
    tools.push(...result.tools.filter(isTool));
    if (typeof result.nextCursor !== 'string') return tools;
    cursor = result.nextCursor;
  }
  throw new Error(`its list of tools has more than ${pagesMax} pages`);
}

function isTool(value: unknown): value is OfferedTool {
  return typeof value === 'object' && value !== null && typeof (value as OfferedTool).name === 'string';
}
