import { type LedgerEntry, type LedgerOperation, type LedgerTask, taskDeeds } from '../../record/index.ts';
import { dictionary, noteLists } from './note-lists.ts';
import type { TaskStory } from './types.ts';

export type Deed = TaskStory['deeds'][number];

/** What servers did with one task, by their own word. */
export interface LedgerTaskNotes {
  /** When the store had it first. */
  createdUs: number | null;
  /** When its first final state stood, and whether that is `completed`. */
  finalUs: number | null;
  completed: boolean;
  /** First and last commit of its effect. */
  commitUs: number | null;
  lastCommitUs: number | null;
  takeovers: number;
  /** Steps that had been done before, for this task or for one that the same operation had before. */
  repeatedSteps: number;
  repeatedMs: number;
}

/** What the ledger says of tasks: all of them, in about 300 bytes for each. */
export interface LedgerTasks {
  note(entry: LedgerEntry): void;
  /** False: it says nothing of any task. */
  readonly any: boolean;
  of(opId: string, taskId: string): LedgerTaskNotes | undefined;
  /** In order of time. */
  deeds(opId: string, taskId: string): Deed[];
}

interface Kept extends LedgerTaskNotes {
  taskId: string;
  /** Who has it: a number of `owners`. */
  owner: number;
  lastDeed: number;
  /** Its operation's task before it. */
  before: Kept | undefined;
}

interface Operation {
  latest: Kept;
  /** The highest step that is done. */
  stepsDone: number;
}

/** As the client log cuts them. */
export const taskIdCharsMax = 200;
const deedCodes = [...taskDeeds, 'commit'] as const;
const commitCode = deedCodes.indexOf('commit');
/** More processes than any run starts. */
const ownersMax = 4096;

/**
 * A commit names its task where the server is ours and of today. Else, of an operation that has several tasks since its
 * client called again, it belongs to the latest that the committing process has.
 */
export function ledgerTasks(): LedgerTasks {
  const operations = new Map<string, Operation>();
  const owners = dictionary(ownersMax);
  const lists = noteLists();

  const findIn = (operation: Operation | undefined, taskId: string): Kept | undefined => {
    for (let kept = operation?.latest; kept; kept = kept.before) {
      if (kept.taskId === taskId) return kept;
    }
    return undefined;
  };
  const find = (opId: string, taskId: string) => findIn(operations.get(opId), taskId);
  const ownerOf = ({ replica, boot }: LedgerTask | LedgerOperation) => owners.numberOf(`${boot} ${replica}`);
  const add = (kept: Kept, atUs: number, code: number, owner: number, step: number) => {
    kept.lastDeed = lists.add(kept.lastDeed, { atUs, a: code + owner * 16, b: step });
  };

  const noteTask = (entry: LedgerTask) => {
    const opId = String(entry.opId);
    const taskId = String(entry.taskId).slice(0, taskIdCharsMax);
    let operation = operations.get(opId);
    let kept = findIn(operation, taskId);
    if (kept === undefined) {
      kept = newTask(taskId, operation?.latest);
      if (operation) operation.latest = kept;
      else operation = { latest: kept, stepsDone: 0 };
      operations.set(opId, operation);
    }
    const owner = ownerOf(entry);
    const { atUs, what } = entry;
    const step = wholeNumber(entry.step);
    add(kept, atUs, deedCodes.indexOf(what), owner, step);
    if (what === 'created') kept.createdUs = Math.min(kept.createdUs ?? atUs, atUs);
    if (what === 'created' || what === 'taken-over') kept.owner = owner;
    if (what === 'taken-over') kept.takeovers += 1;
    if (what === 'completed' || what === 'failed' || what === 'cancelled') {
      if (kept.finalUs === null || atUs < kept.finalUs) kept.finalUs = atUs;
      kept.completed ||= what === 'completed';
    }
    if (what !== 'step' || operation === undefined || step === 0) return;
    if (step <= operation.stepsDone) {
      kept.repeatedSteps += 1;
      kept.repeatedMs += Math.max(0, entry.ms ?? 0);
    } else operation.stepsDone = step;
  };

  const noteCommit = (entry: LedgerOperation) => {
    const operation = operations.get(String(entry.opId));
    if (operation === undefined) return;
    const { latest } = operation;
    const owner = ownerOf(entry);
    let kept = entry.taskId === undefined ? latest : findIn(operation, entry.taskId);
    while (entry.taskId === undefined && kept && kept.owner !== owner) kept = kept.before;
    const one = kept ?? latest;
    add(one, entry.atUs, commitCode, owner, 0);
    one.commitUs = Math.min(one.commitUs ?? entry.atUs, entry.atUs);
    one.lastCommitUs = Math.max(one.lastCommitUs ?? entry.atUs, entry.atUs);
  };

  return {
    get any() {
      return operations.size > 0;
    },
    note(entry) {
      if (entry.event === 'task') noteTask(entry);
      else if (entry.event === 'commit' && operations.size > 0) noteCommit(entry);
    },
    of: find,
    deeds(opId, taskId) {
      return lists.list(find(opId, taskId)?.lastDeed ?? -1).map(({ atUs, a, b }): Deed => {
        const what = deedCodes[a % 16] ?? 'commit';
        const owner = owners.textOf(Math.floor(a / 16));
        const space = owner.indexOf(' ');
        const place = { replica: owner.slice(space + 1), boot: Number(owner.slice(0, space)) };
        return { atUs, what, ...place, ...(what === 'step' ? { step: b } : {}) };
      });
    },
  };
}

function newTask(taskId: string, before: Kept | undefined): Kept {
  return {
    taskId,
    before,
    owner: -1,
    lastDeed: -1,
    createdUs: null,
    finalUs: null,
    completed: false,
    commitUs: null,
    lastCommitUs: null,
    takeovers: 0,
    repeatedSteps: 0,
    repeatedMs: 0,
  };
}

/** Steps come from a server, so anything may stand there. */
function wholeNumber(step: number | undefined): number {
  return step !== undefined && Number.isInteger(step) && step > 0 && step < 2 ** 32 ? step : 0;
}
