/**
 * Answers to a `tasks/…` request that mean "I do not know this task". Both revisions ask for -32602, whether it
 * never was, has expired or is another's (2025-11-25, basic/utilities/tasks, "Protocol Errors"; the extension's
 * "Error Handling"). Each row was read in the source it names.
 */
interface Row {
  /** JSON-RPC error code; undefined: any. */
  code?: number;
  /** Of the request; undefined: any. */
  method?: TaskMethod;
  /** What the error's message must match, where the code also means other things. */
  message?: RegExp;
  /** Whether an answer like this one says it. */
  isUnknown: boolean;
  seenIn: string;
}

export type TaskMethod = 'tasks/get' | 'tasks/result' | 'tasks/cancel' | 'tasks/update';

/** Words for it, whatever the code. */
const notFound =
  /\btask\b.{0,200}\b(not found|not exist|no longer|expired|unknown)\b|\b(unknown|no such) task\b/i;

/** The first row that fits decides. */
export const unknownTaskAnswers: readonly Row[] = [
  {
    code: -32602,
    method: 'tasks/cancel',
    message: /terminal|already (completed|failed|cancell?ed|finished)/i,
    isUnknown: false,
    seenIn: 'both: a task that has ended is not cancelled; the official TypeScript SDK v1',
  },
  {
    code: -32602,
    method: 'tasks/result',
    message: notFound,
    isUnknown: true,
    seenIn: 'the official TypeScript SDK v1: "Task not found: …"',
  },
  {
    code: -32602,
    method: 'tasks/result',
    isUnknown: false,
    seenIn: 'the specification: a task that failed has the error of what it ran for its result',
  },
  {
    code: -32602,
    isUnknown: true,
    seenIn: 'the specifications; TypeScript v1, Dart, Julia: "Task not found"',
  },
  { message: notFound, isUnknown: true, seenIn: 'servers with a code of their own for it: the words say it' },
];

/** @param message the JSON-RPC error's. */
export function isUnknownTask(method: TaskMethod, code: number | undefined, message: string): boolean {
  if (code === undefined) return false;
  const row = unknownTaskAnswers.find(
    (one) =>
      (one.code === undefined || one.code === code) &&
      (one.method === undefined || one.method === method) &&
      (one.message === undefined || one.message.test(message)),
  );
  return row?.isUnknown ?? false;
}
