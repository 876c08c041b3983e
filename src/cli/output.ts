import { messageOf } from '../core/index.ts';

/** The terminal. Results go to standard output; progress and errors go to standard error. */
export interface Output {
  /** A result. */
  out(text: string): void;
  /** Anything else. */
  note(text: string): void;
  /** Whether a person watches, so that progress may be redrawn in place. */
  interactive: boolean;
  colour: boolean;
  columns: number;
}

export function terminalOutput(options: { json: boolean }): Output {
  // With --json, standard output belongs to the machine; what a person reads goes to standard error.
  const stream = options.json ? process.stderr : process.stdout;
  // A reader that goes away (`| head`) must not end the run.
  for (const each of [process.stdout, process.stderr]) each.on('error', () => {});
  const interactive = process.stderr.isTTY === true && process.env.TERM !== 'dumb';
  return {
    out: (text) => stream.write(`${text}\n`),
    note: (text) => process.stderr.write(`${text}\n`),
    interactive,
    colour: stream.isTTY === true && process.env.NO_COLOR === undefined && process.env.TERM !== 'dumb',
    columns: stream.columns ?? 100,
  };
}

/** What a person reads of an error: what, where, and what to do. */
export function describeError(error: unknown): string {
  const hint = (error as { hint?: unknown }).hint;
  return `windtunnel: ${messageOf(error)}${typeof hint === 'string' ? `\n  ${hint}` : ''}`;
}
