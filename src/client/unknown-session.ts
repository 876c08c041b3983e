/**
 * Answers that mean "I do not know this session", as seen in the wild. The specification asks for 404
 * (2025-11-25, basic/transports, "Session Management", 3); servers also answer otherwise. Each row was read in
 * the source it names; `docs/unknown-session.md` says which release, and what was left out and why.
 */
interface Row {
  status: number;
  /** JSON-RPC error code; null: none, the body is no JSON-RPC error; undefined: any, or none. */
  code?: number | null;
  /** What the error's message, or else the body, must match, where status and code also mean other things. */
  message?: RegExp;
  seenIn: string;
}

/** The first row that fits names the answer; rows that ask for less come last. */
export const unknownSessionAnswers: readonly Row[] = [
  { status: 404, code: -32001, seenIn: 'the official TypeScript SDK, v1 and v2; C#; Kotlin (transport)' },
  { status: 404, code: -32600, seenIn: 'the official SDKs for Python (since 1.26), Ruby, PHP and Swift' },
  { status: 404, code: -32603, seenIn: 'the official Java SDK, and Spring AI, which builds on it' },
  { status: 404, code: -32000, seenIn: 'the official Kotlin SDK (Ktor); servers after the v1 examples' },
  { status: 404, code: null, seenIn: 'Go (official, mcp-go) and Rust: the status and plain text' },
  { status: 404, seenIn: 'the specification: the status, whatever the code' },
  { status: 400, code: -32000, message: /session/i, seenIn: 'servers written after the v1 examples' },
  { status: 400, code: -32000, message: /not initialized/i, seenIn: 'TypeScript, Kotlin: a fresh transport' },
  { status: 400, code: -32600, message: /session not initialized/i, seenIn: 'the official Swift SDK' },
  {
    status: 400,
    code: null,
    message: /session/i,
    seenIn: 'Python before 1.26, mcp-go before 0.44: plain text',
  },
  {
    status: 401,
    message: /session/i,
    seenIn: 'Rust before 0.17 (plain text); mcp-proxy with authentication',
  },
  { status: 403, code: -32001, message: /session/i, seenIn: 'servers that take another one for its owner' },
  { status: 410, message: /session/i, seenIn: 'servers that remember which sessions they ended' },
  { status: 503, code: -32001, message: /session is unknown/i, seenIn: 'servers that blame the balancer' },
  { status: 200, code: -32600, message: /mcp-session-id/i, seenIn: 'servers that answer in JSON-RPC alone' },
];

/** Method not found is a 404 too, of a server that knows the session well (-32601). */
const methodNotFound = -32601;

/**
 * Whether an answer to a request *that carried a session id* says that the session is unknown.
 * @param message the JSON-RPC error's, or the body's text if it holds none.
 */
export function isUnknownSession(status: number, code: number | undefined, message: string): boolean {
  if (code === methodNotFound) return false;
  return unknownSessionAnswers.some(
    (row) =>
      row.status === status &&
      (row.code === undefined || row.code === (code ?? null)) &&
      (row.message === undefined || row.message.test(message)),
  );
}
