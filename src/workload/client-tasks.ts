import type { Connection, ConnectionClient } from '../client/index.ts';
import type { StopSignal } from '../core/index.ts';
import { type ClientSession, clientSession } from './client-session.ts';
import type { TaskSide } from './task-exchanges.ts';
import { turns } from './task-turns.ts';
import type { ClientContext } from './types.ts';

/** What one client has of its tasks: those under way, and a second client that knows nothing but their ids. */
export interface ClientTasks {
  /** The client's own connection. */
  side: TaskSide;
  /** The second client, with a session of its own; connected when it is first needed. */
  another(signal: StopSignal): Promise<TaskSide>;
  /** Whether anything is under way, so that the connection is not the caller's alone. */
  readonly isBusy: boolean;
  /** Goes on beside the journey; waits as long as there is too much of it. */
  beside(work: Promise<void>): Promise<void>;
  /** Waits until nothing is under way any more. */
  collect(): Promise<void>;
  /** Ends the second client's session. */
  close(signal: StopSignal): Promise<void>;
}

/** A journey can start a million tasks and wait for none. */
const besideMax = 1000;

export function clientTasks(
  client: string,
  own: { connection: Connection; session: ClientSession; self: ConnectionClient },
  context: ClientContext,
): ClientTasks {
  const underWay = new Set<Promise<void>>();
  let second: TaskSide | undefined;
  return {
    side: { connection: own.connection, session: own.session, self: own.self, turns: turns() },
    async another(signal) {
      if (second === undefined) {
        const connection = context.connector.connect(own.self);
        const session = clientSession(`${client}-other`, connection, own.self, context);
        second = { connection, session, self: own.self, turns: turns() };
      }
      const { session } = second;
      await second.turns.take(() => session.ensure(signal));
      return second;
    },
    get isBusy() {
      return underWay.size > 0;
    },
    async beside(work) {
      underWay.add(work);
      // What fails stays, so that whoever collects learns of it.
      work.then(
        () => underWay.delete(work),
        () => {},
      );
      if (underWay.size >= besideMax) await Promise.race(underWay);
    },
    async collect() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    async close(signal) {
      await second?.session.close(signal);
    },
  };
}
