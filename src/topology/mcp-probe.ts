import { messageOf } from '../core/index.ts';
import type { ProtocolRevision } from '../record/index.ts';
import { ask, type HttpAnswer, questionOf, type ServerAccess } from './mcp-ask.ts';

/** `ready`, with the revision that answered, or why not, in words for an error message. */
export type ProbeOutcome =
  | { ready: true; protocol: ProtocolRevision; sessionId?: string; result?: Record<string, unknown> }
  | { ready: false; why: string };

/** What is asked of a server of which it is not known what it speaks. */
export type AskedProtocol = ProtocolRevision | 'auto';

export const sessionEndTimeoutMs = 1_000;

const questions = {
  '2025-11-25': questionOf('2025-11-25', 'initialize'),
  '2026-07-28': questionOf('2026-07-28', 'server/discover'),
} as const;

/**
 * Asks a server the first question of its protocol revision: `initialize` (2025-11-25, lifecycle) or
 * `server/discover` (2026-07-28, server/discover). An answer means that it is ready to be used.
 *
 * With `auto` it asks as a client does that speaks both (2026-07-28, basic/versioning): `server/discover`, and
 * `initialize` where that is answered with anything but a result that names 2026-07-28.
 */
export async function probeMcp(
  url: string,
  protocol: AskedProtocol,
  signal: AbortSignal,
  access: ServerAccess = {},
): Promise<ProbeOutcome> {
  try {
    if (protocol !== 'auto') {
      return judge(protocol, await ask(url, questions[protocol], access, signal));
    }
    // One that breaks off has not understood, and is asked again in the other way.
    const discovered = await ask(url, questions['2026-07-28'], access, signal).catch(() => undefined);
    if (discovered && offers(discovered, '2026-07-28')) return judge('2026-07-28', discovered);
    return judge('2025-11-25', await ask(url, questions['2025-11-25'], access, signal));
  } catch (error) {
    return { ready: false, why: messageOf(error) };
  }
}

function judge(protocol: ProtocolRevision, answer: HttpAnswer): ProbeOutcome {
  const { message, sessionId } = answer;
  if (message && 'result' in message && answer.status === 200) {
    const result = (message.result ?? {}) as Record<string, unknown>;
    return { ready: true, protocol, result, ...(sessionId !== undefined && { sessionId }) };
  }
  // Every 2026-07-28 server must implement it, yet one that does not can still be measured.
  const isUnknownMethod = message?.error?.code === -32601;
  if (protocol === '2026-07-28' && isUnknownMethod) return { ready: true, protocol };
  return { ready: false, why: `it answered ${answer.status} ${answer.text.slice(0, 200).trim()}`.trim() };
}

function offers({ status, message }: HttpAnswer, protocol: ProtocolRevision): boolean {
  const { supportedVersions } = (message?.result ?? {}) as { supportedVersions?: unknown };
  return status === 200 && Array.isArray(supportedVersions) && supportedVersions.includes(protocol);
}

/** Ends the session a probe has opened. What the server answers to that does not matter. */
export async function endProbeSession(
  url: string,
  sessionId: string,
  signal: AbortSignal,
  access: ServerAccess = {},
): Promise<void> {
  const headers = { 'mcp-session-id': sessionId, 'mcp-protocol-version': '2025-11-25' };
  await ask(url, { method: 'DELETE', headers }, access, signal).catch(() => {});
}
