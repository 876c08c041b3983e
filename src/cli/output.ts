import { messageOf, wrap } from '../core/index.ts';

/** The terminal. Results go to standard output; progress and errors go to standard error. */
export interface Output {
  /** A result. */
  out(text: string): void;
  /** Anything else; in a terminal folded to its width. */
  note(text: string): void;
  /** Whether a person watches, so that progress may be redrawn in place. */
  interactive: boolean;
  colour: boolean;
  /** Of the terminal that results go to; 100 where they go elsewhere. */
  columns: number;
  /** Of the terminal that progress goes to. */
  noteColumns: number;
}

/** What is no terminal gets lines as if it were this wide. */
const columnsElsewhere = 100;

export function terminalOutput(options: { json: boolean }): Output {
  // With --json, standard output belongs to the machine; what a person reads goes to standard error.
  const stream = options.json ? process.stderr : process.stdout;
  // A reader that goes away (`| head`) must not end the run.
  for (const each of [process.stdout, process.stderr]) each.on('error', () => {});
  const noteColumns = process.stderr.columns || columnsElsewhere;
  const isTerminal = process.stderr.isTTY === true;
  return {
    out: (text) => stream.write(`${text}\n`),
    note: (text) => process.stderr.write(`${isTerminal ? fold(text, noteColumns) : text}\n`),
    interactive: isTerminal && process.env.TERM !== 'dumb',
    colour: stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb',
    columns: stream.columns || columnsElsewhere,
    noteColumns,
  };
}

/** Breaks lines at spaces, deeper by what they were indented; paths and addresses stay whole, to be copied. */
export function fold(text: string, columns: number): string {
  return text
    .split('\n')
    .flatMap((line) => {
      const [indent = ''] = /^ */.exec(line) ?? [];
      const inner = wrap(line.slice(indent.length), Math.max(1, columns - indent.length), '', /[/\\]/);
      return inner.map((part) => indent + part);
    })
    .join('\n');
}

/** What a person reads of an error: what, where, and what to do. */
export function describeError(error: unknown): string {
  const hint = (error as { hint?: unknown }).hint;
  return visible(`windtunnel: ${messageOf(error)}${typeof hint === 'string' ? `\n  ${hint}` : ''}`);
}

/** A message repeats what users typed and servers wrote, and a terminal would obey control characters. */
function visible(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is made visible.
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, (character) =>
    character === '\t' ? '  ' : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
