import type { StreamWatch } from '../client/index.ts';
import { valueText } from '../core/index.ts';
import type { RunEvent, StreamEvent } from '../record/index.ts';

type Ended = Extract<StreamEvent, { type: 'stream-ended' }>;

/** What a server sends is recorded; it must be able to fill neither the disk nor the memory. */
const runsMax = 256;
const foreignMax = 20;
const tokenCharsMax = 200;

/** Of which stream an account is kept, and what it is written with. */
interface AccountOf {
  client: string;
  opId: string;
  stream: string;
  /** The client asks for the rest of a stream that broke. */
  resumes: boolean;
  sentUs: number;
  /** The call carries an idempotency key. */
  keyed: boolean;
  /** Lets go of the connection after so many events, once. */
  dropAfter: number | undefined;
  nowUs(): number;
  write(event: RunEvent): void;
}

/** Accounts for one stream: what came on it, how often it broke, and what the client did then. */
export interface StreamAccount {
  readonly watch: StreamWatch;
  /** It broke, and was not resumed since. */
  readonly isBroken: boolean;
  /** @param requestId of the exchange that ended it. */
  end(how: Ended['how'], requestId: string): void;
}

/** @param unresumed what the client does with a stream that broke and is not resumed. */
export function streamAccount(of: AccountOf, unresumed: 'again' | 'give-up'): StreamAccount {
  const { client, opId, stream, sentUs, keyed } = of;
  const received: [number, number][] = [];
  const foreign = new Map<string, number>();
  let events = 0;
  let hasDropped = false;
  let resumptions = 0;
  let isBroken = false;
  /** The exchange of the call itself. */
  let called: string | undefined;

  const note = (progress: unknown) => {
    events += 1;
    // What is no number is counted, and cannot be told from others.
    if (typeof progress !== 'number' || !Number.isSafeInteger(progress)) return;
    const last = received.at(-1);
    if (last && progress === last[1] + 1) last[1] = progress;
    else if (received.length < runsMax) received.push([progress, progress]);
  };

  const watch: StreamWatch = {
    onProgress(token, progress) {
      if (token === stream) note(progress);
      else {
        const name = valueText(token, tokenCharsMax);
        if (foreign.has(name) || foreign.size < foreignMax) foreign.set(name, (foreign.get(name) ?? 0) + 1);
        return false;
      }
      if (hasDropped || of.dropAfter === undefined || events < of.dropAfter) return false;
      hasDropped = true;
      return true;
    },
    onBreak({ requestId, failure, dropped, lastEventId }) {
      called ??= requestId;
      isBroken = true;
      const resumes = of.resumes && lastEventId !== null;
      of.write({
        type: 'stream-broken',
        atUs: of.nowUs(),
        client,
        opId,
        stream,
        requestId,
        dropped,
        lastEventId: lastEventId?.slice(0, tokenCharsMax) ?? null,
        next: resumes ? 'resume' : unresumed,
        failure,
      });
      return resumes;
    },
    onResumed({ requestId, status, failure }) {
      resumptions += 1;
      isBroken = failure !== undefined;
      of.write({
        type: 'stream-resumed',
        atUs: of.nowUs(),
        client,
        opId,
        stream,
        requestId,
        status,
        ...(failure && { failure }),
      });
    },
  };
  return {
    watch,
    get isBroken() {
      return isBroken;
    },
    end(how, requestId) {
      of.write({
        type: 'stream-ended',
        atUs: of.nowUs(),
        client,
        opId,
        stream,
        requestId: called ?? requestId,
        sentUs,
        how,
        events,
        received,
        foreign: [...foreign].map(([name, count]) => ({ stream: name, events: count })),
        resumptions,
        keyed,
      });
    },
  };
}
