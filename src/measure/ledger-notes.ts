import type { LedgerEntry, LedgerOperation } from '../record/index.ts';
import { clientSample } from './client-sample.ts';

export type LedgerNote = Pick<LedgerOperation, 'event' | 'atUs' | 'replica' | 'boot'>;

/** What the ledger says of single operations, of as many clients as there is room for. */
export interface LedgerNotes {
  note(entry: LedgerEntry): void;
  /** In the order of the file, none if it says nothing; null if nothing of this client was kept. */
  of(opId: string): LedgerNote[] | null;
}

/** The sample that `client-history.ts` draws, too; its last clients leave when the notes become too many. */
const clientsMax = 256;
/** What a server that runs wild writes of one operation is not all kept. */
const perOperationMax = 20;

/**
 * The ledger is read before anyone knows which operations will be asked for. So all of it is kept while it is
 * short, and of a long one what concerns a sample of clients.
 * @param notesMax so many lines are kept in all.
 */
export function ledgerNotes(notesMax = 60_000): LedgerNotes {
  const clients = new Map<string, { notes: number; operations: Map<string, LedgerNote[]> }>();
  let notes = 0;
  const sample = clientSample(clientsMax, (client) => {
    notes -= clients.get(client)?.notes ?? 0;
    clients.delete(client);
  });
  let shrunk = false;
  return {
    note(entry) {
      if (!isOfOperation(entry)) return;
      // Ids come from a server, so anything may stand there.
      const opId = String(entry.opId);
      const client = clientOf(opId);
      if (!sample.offer(client)) return;
      const kept = clients.get(client) ?? { notes: 0, operations: new Map<string, LedgerNote[]>() };
      clients.set(client, kept);
      const list = kept.operations.get(opId);
      const { event, atUs, replica, boot } = entry;
      if (!list) kept.operations.set(opId, [{ event, atUs, replica, boot }]);
      else if (list.length < perOperationMax) list.push({ event, atUs, replica, boot });
      else return;
      kept.notes += 1;
      notes += 1;
      for (let size = clients.size; notes > notesMax && size > 1; size--) {
        sample.shrink();
        shrunk = true;
      }
    },
    of(opId) {
      const kept = clients.get(clientOf(opId));
      if (kept) return kept.operations.get(opId) ?? [];
      return shrunk || clients.size >= clientsMax ? null : [];
    },
  };
}

function isOfOperation(entry: LedgerEntry): entry is LedgerOperation {
  return entry.event === 'begin' || entry.event === 'commit' || entry.event === 'abort';
}

/** Operations are named `<client>.<index>`. */
function clientOf(opId: string): string {
  return opId.slice(0, Math.max(0, opId.lastIndexOf('.')));
}
