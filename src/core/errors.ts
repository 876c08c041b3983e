/** Exit codes a user can rely on (README, "Exit codes"). */
export const exitCodes = { ok: 0, failed: 1, unknown: 2, usage: 64, internal: 70 } as const;

/**
 * What went wrong, in one word:
 * `usage` is the user's mistake (exit 64), `server` a server that cannot be brought up (exit 70, since
 * nothing was measured), `internal` the harness's own failure (exit 70), `interrupted` a cancelled wait.
 */
export type ErrorCode = 'usage' | 'server' | 'internal' | 'interrupted';

/**
 * The only error the harness throws. What a server under test does wrong is an event, not an error.
 *
 * `message` says what and where; `hint` says what to do next, in one sentence.
 */
export class HarnessError extends Error {
  override readonly name = 'HarnessError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** For the `default` of an exhaustive `switch`. */
export function unreachable(value: never): never {
  throw new HarnessError('internal', `unexpected value ${JSON.stringify(value)}`);
}
