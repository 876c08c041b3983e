/**
 * Answers that mean "I do not know this session", as seen in the wild. The specification asks for 404
 * (2025-11-25, basic/transports, "Session Management", 3); servers also answer otherwise.
 */
interface Row {
  status: number;
  /** JSON-RPC error code; undefined: any, or none. */
  code?: number;
  /** What the message must match, where status and code are also used for other things. */
  message?: RegExp;
  seenIn: string;
}

export const unknownSessionAnswers: readonly Row[] = [
  { status: 404, code: -32001, seenIn: 'the official TypeScript SDK, v1 and v2' },
  { status: 404, code: -32600, seenIn: 'the official Python SDK' },
  { status: 404, seenIn: 'the specification: the status alone' },
  { status: 400, code: -32000, message: /session/i, seenIn: 'servers written after the v1 examples' },
  { status: 400, code: -32000, message: /not initialized/i, seenIn: 'the v1 SDK, a fresh transport' },
  { status: 401, message: /session/i, seenIn: 'gateways that take the session for a credential' },
];

/** Method not found is a 404 too, of a server that knows the session well (-32601). */
const methodNotFound = -32601;

/**
 * Whether an answer to a request *that carried a session id* says that the session is unknown.
 */
export function isUnknownSession(status: number, code: number | undefined, message: string): boolean {
  if (code === methodNotFound) return false;
  return unknownSessionAnswers.some(
    (row) =>
      row.status === status &&
      (row.code === undefined || row.code === code) &&
      (row.message === undefined || row.message.test(message)),
  );
}
