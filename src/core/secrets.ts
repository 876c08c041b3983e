import { HarnessError } from './errors.ts';
import { anyWritingOf, base64Of, literalWritingsOf } from './secret-writings.ts';

/**
 * `${env:NAME}` in a file stands for a value from the environment. The placeholder is what is planned, recorded and
 * shown; the value is put in where it is used, and taken out of whatever comes back.
 */

type Env = Readonly<Record<string, string | undefined>>;

const reference = /\$\{env:([^}]*)\}/g;
const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A shorter one occurs by chance: to take it out would shred every file of the experiment. */
const secretCharsMin = 8;
const secretCharsMax = 16 * 1024;
const pieceCharsMax = 256;
/** What the pieces of one secret leave behind. */
const repeated = /(\$\{env:[A-Za-z0-9_]+\})\1+/g;
/** So much of a secret at the end of a text is taken for one that was cut off there. */
const cutCharsMin = 4;
/** Nothing is cut to less: a shorter text that ends as a secret begins is whole, a name say. */
const cutTextCharsMin = 100;

/** Names of the environment variables that the strings within `value` use, each once. */
export function secretNames(value: unknown): string[] {
  const names = new Set<string>();
  visitStrings(value, '', (text) => {
    for (const [, name = ''] of text.matchAll(reference)) names.add(name);
  });
  return [...names];
}

/**
 * What the environment holds for each name that `value` uses, by name: for `redactor`.
 * @param where what `value` is, for the message: `journey`, `server`.
 * @throws HarnessError `usage` as `revealed` does.
 */
export function secretsOf(value: unknown, env: Env, where = ''): Record<string, string> {
  const secrets: Record<string, string> = {};
  visitStrings(value, where, (text, path) => {
    for (const [, name = ''] of text.matchAll(reference)) secrets[name] = variableIn(name, env, path);
  });
  return secrets;
}

/**
 * A deep copy with the values put in.
 * @param where what `value` is, for the message.
 * @throws HarnessError `usage` that names the variable and where it is used, if it is missing, empty, or cannot
 * be kept secret.
 */
export function revealed<T>(value: T, env: Env, where = ''): T {
  return mapStrings(value, where, (text, path) =>
    text.replace(reference, (_, name: string) => variableIn(name, env, path)),
  ) as T;
}

/** Takes secrets out of a text. */
export type Redact = (text: string) => string;

/**
 * Puts `${env:NAME}` in the place of each value, however it is written: plain, escaped for JSON at any depth (as
 * Node, Python, Go and PHP do), for a URL, for HTML, within base64 (a basic authorization, say), and where a text
 * that was cut ends within it. Where values hold one another, the longest is found.
 * @throws HarnessError `usage` for a value that is too short to be told from other text, or too long.
 */
export function redactor(values: Readonly<Record<string, string>>): Redact {
  const entries = Object.entries(values).sort(([, a], [, b]) => b.length - a.length);
  for (const [name, value] of entries) {
    const problem = unredactable(name, value);
    if (problem) throw new HarnessError('usage', problem.message, { hint: problem.hint });
  }
  const pieces = entries.flatMap(([name, value]) =>
    piecesOf(value).map((piece) => ({
      placeholder: `\${env:${name}}`,
      pattern: new RegExp(`${anyWritingOf(piece)}|${base64Of(piece)}`, 'gu'),
      writings: literalWritingsOf(piece),
    })),
  );
  return (text) => {
    if (text.length < secretCharsMin) return text;
    let clean = text;
    for (const { pattern, placeholder } of pieces) {
      clean = clean.replace(pattern, () => placeholder);
    }
    for (const { placeholder, writings } of text.length < cutTextCharsMin ? [] : pieces) {
      for (const writing of writings) clean = withoutCut(clean, writing, placeholder);
    }
    return clean === text ? text : clean.replace(repeated, '$1');
  };
}

/** A regular expression for a whole key would be too large for the engine, which then throws it, key and all. */
function piecesOf(value: string): string[] {
  const characters = [...value];
  const count = Math.ceil(characters.length / pieceCharsMax);
  const size = Math.ceil(characters.length / count);
  return Array.from({ length: count }, (_, i) => characters.slice(i * size, (i + 1) * size).join(''));
}

function withoutCut(text: string, writing: string, placeholder: string): string {
  const start = writing.slice(0, cutCharsMin);
  const from = Math.max(0, text.length - writing.length);
  for (let at = text.indexOf(start, from); at !== -1; at = text.indexOf(start, at + 1)) {
    if (writing.startsWith(text.slice(at))) return text.slice(0, at) + placeholder;
  }
  return text;
}

/** Why a variable cannot be used, and what to do; undefined if it can. */
export function secretProblem(name: string, env: Env): { message: string; hint: string } | undefined {
  if (!variableName.test(name)) {
    return {
      message: `\${env:${name}} names no environment variable`,
      hint: 'Write ${env:NAME}, with a name of letters, digits and underscores.',
    };
  }
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (value === undefined || value === '') {
    return {
      message: `the environment variable ${name} ${value === undefined ? 'is not set' : 'is empty'}`,
      hint: `Set it for this command: ${name}=… windtunnel run …`,
    };
  }
  return unredactable(name, value);
}

function unredactable(name: string, value: string): { message: string; hint: string } | undefined {
  const chars = [...value].length;
  if (chars >= secretCharsMin && chars <= secretCharsMax) return undefined;
  const bound = chars < secretCharsMin ? `shorter than ${secretCharsMin}` : `longer than ${secretCharsMax}`;
  return {
    message: `the value of the environment variable ${name} is ${bound} characters and cannot be kept out of the files`,
    hint: 'Use a secret of a usual length; what is no secret can stand in the file itself.',
  };
}

function variableIn(name: string, env: Env, path: string): string {
  const problem = secretProblem(name, env);
  if (problem === undefined) return env[name] ?? '';
  const used = path === '' ? '' : ` (used in ${path})`;
  throw new HarnessError('usage', problem.message + used, { hint: problem.hint });
}

function visitStrings(value: unknown, path: string, visit: (text: string, path: string) => void): void {
  mapStrings(value, path, (text, at) => {
    visit(text, at);
    return text;
  });
}

/** The same value with its strings, but not its keys, changed. */
function mapStrings(value: unknown, path: string, change: (text: string, path: string) => string): unknown {
  if (typeof value === 'string') return change(value, path);
  if (Array.isArray(value)) return value.map((inner, i) => mapStrings(inner, `${path}[${i}]`, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      mapStrings(inner, path === '' ? key : `${path}.${key}`, change),
    ]),
  );
}
