import type { Connection, ConnectionClient } from '../client/index.ts';
import type { StopSignal } from '../core/index.ts';
import type { Failure } from '../record/index.ts';
import type { ClientContext } from './types.ts';

/** The record names a session; a server may give it a name of 60 KB. */
const recordedIdCharsMax = 200;

/** One client's session over its generations: opened, lost, opened anew, closed; each change is recorded. */
export interface ClientSession {
  readonly isOpen: boolean;
  /** How many sessions of this client were lost before this one. */
  readonly generation: number;
  /**
   * Makes sure there is a session, opening one if need be.
   * @param intendedUs when it was due; for a replacement, when it is opened.
   * @returns why there is none, or undefined if there is one.
   */
  ensure(signal: StopSignal, intendedUs?: number): Promise<Failure | undefined>;
  /** Records that the server does not know this session; the next `ensure` opens another, unless it is kept. */
  lose(loss: { failure: Failure; requestId: string; opId: string | null; asked: string }): void;
  /** Ends what is open. */
  close(signal: StopSignal): Promise<void>;
  /** False once a session was lost and the client's policy is to leave it at that. */
  readonly usable: boolean;
}

export function clientSession(
  client: string,
  connection: Connection,
  self: ConnectionClient,
  context: ClientContext,
): ClientSession {
  const { clock, events, evidence, policy } = context;
  let generation = 0;
  let open = false;
  let sessionId: string | null = null;
  let lostOne = false;

  const session: ClientSession = {
    get isOpen() {
      return open;
    },
    get generation() {
      return generation;
    },
    get usable() {
      return !lostOne || policy.unknownSession !== 'give-up';
    },
    async ensure(signal, intendedUs) {
      if (open) return undefined;
      const startUs = clock.nowUs();
      const answer = await connection.open(signal);
      const requestId = answer.requestId === '' ? null : answer.requestId;
      const atUs = clock.nowUs();
      if (answer.outcome !== 'ok') {
        const { failure } = answer;
        evidence.keep(client, answer, failure, 'failure');
        events.write({ type: 'session-open-failed', atUs, client, generation, requestId, failure });
        return failure;
      }
      open = true;
      sessionId = answer.value.sessionId?.slice(0, recordedIdCharsMax) ?? null;
      events.write({
        type: 'session-opened',
        atUs,
        client,
        generation,
        sessionId,
        requestId,
        intendedUs: intendedUs ?? startUs,
        startUs,
        ...answer.value.cost,
      });
      const { lost } = answer.value;
      if (lost === undefined) {
        if (requestId !== null) await self.turnAround(signal);
        return undefined;
      }
      const { failure, requestId: lostWith } = lost;
      evidence.keep(client, lost, failure, 'loss');
      session.lose({ failure, requestId: lostWith, opId: null, asked: 'notifications/initialized' });
      return open ? undefined : failure;
    },
    lose({ failure, requestId, opId, asked }) {
      // Kept, it is asked for again, and lost once all the same.
      const isKept = policy.unknownSession === 'keep';
      if (isKept && lostOne) return;
      open = isKept;
      lostOne = true;
      if (generation === 0) context.progress.sessionLost();
      events.write({
        type: 'session-lost',
        atUs: clock.nowUs(),
        client,
        generation,
        // Only a session that has an id can be unknown.
        sessionId: sessionId ?? '',
        requestId,
        opId,
        asked,
        failure,
      });
      if (!isKept) generation += 1;
    },
    async close(signal) {
      if (!open) return;
      open = false;
      const { status } = await connection.close(signal);
      events.write({
        type: 'session-closed',
        atUs: clock.nowUs(),
        client,
        generation,
        how: status === undefined ? 'left' : 'deleted',
        ...(status === undefined ? {} : { status }),
      });
    },
  };
  return session;
}
