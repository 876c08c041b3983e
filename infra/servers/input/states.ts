import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * What a server gives its client to carry while that answers (`requestState`, 2026-07-28, SEP-2322): how far the call is, and what was
 * asked. Any replica with the same key goes on from it. Its client must not alter it, so it is signed.
 */
export interface CallState {
  /** Steps that are done already. */
  steps: number;
  /** What was asked, by its key. */
  asked: string;
}

/** The call that a state belongs to, and no other. */
export interface StateOf {
  tool: string;
  /** As the tool's schema leaves them: the order of their names is the schema's. */
  args: Readonly<Record<string, unknown>>;
  /** The harness's name of the operation, if the call has one. */
  opId: unknown;
}

export interface StateSeal {
  seal(state: CallState, of: StateOf): string;
  /** Undefined if it is not to be trusted: forged, altered, of another call, or too old. */
  open(given: string, of: StateOf): CallState | undefined;
}

/** How long a client may take to answer, in milliseconds. */
export const stateTtlMs = 60_000;
/** The states made here are far shorter; of a longer one nothing is looked at. */
const charsMax = 4096;

/**
 * Seals with HMAC-SHA-256.
 * @param key by default one that this process alone has: no other replica takes its states.
 */
export function stateSeal(key: string | undefined, nowMs: () => number = Date.now): StateSeal {
  const secret = key ?? randomBytes(32);
  const signature = (body: string) => createHmac('sha256', secret).update(body).digest('base64url');
  return {
    seal({ steps, asked }, of) {
      const payload = { steps, asked, of: digest(of), untilMs: nowMs() + stateTtlMs };
      const body = Buffer.from(JSON.stringify(payload)).toString('base64url');
      return `${body}.${signature(body)}`;
    },
    open(given, of) {
      const [body = '', signed = '', ...more] = given.length > charsMax ? [] : given.split('.');
      // As text: of Base64, several texts can stand for the same bytes.
      if (more.length > 0 || !isSame(signed, signature(body))) return undefined;
      const payload = decoded(body);
      if (payload === undefined || payload.of !== digest(of)) return undefined;
      return nowMs() < payload.untilMs ? { steps: payload.steps, asked: payload.asked } : undefined;
    },
  };
}

/** What a state says, whether it is to be trusted or not; undefined if it says nothing. */
export function decoded(body: string): (CallState & { of: string; untilMs: number }) | undefined {
  try {
    const payload: unknown = JSON.parse(Buffer.from(body, 'base64url').toString('utf8'));
    const { steps, asked, of, untilMs } = Object(payload) as Record<string, unknown>;
    if (typeof steps !== 'number' || typeof asked !== 'string') return undefined;
    if (typeof of !== 'string' || typeof untilMs !== 'number') return undefined;
    return { steps, asked, of, untilMs };
  } catch {
    return undefined;
  }
}

function digest({ tool, args, opId }: StateOf): string {
  return createHash('sha256')
    .update(JSON.stringify([tool, args, opId ?? null]))
    .digest('base64url');
}

function isSame(given: string, right: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
