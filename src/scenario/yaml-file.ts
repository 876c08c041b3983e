import { readFileSync, statSync } from 'node:fs';
import { type Document, isMap, isNode, isPair, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import { HarnessError, messageOf } from '../core/index.ts';
import { describeIssues, type Problem } from './problems.ts';

/** A validated file that still knows on which line each of its keys stands. */
export interface LoadedFile<T> {
  path: string;
  value: T;
  /** @throws HarnessError `usage` that names file, line, key and what is wrong, if there are problems. */
  refuse(problems: readonly Problem[]): void;
}

const maxFileBytes = 1 << 20;
const maxProblemsShown = 8;

/**
 * Reads and validates one YAML file.
 * @throws HarnessError `usage`: missing or too large, no YAML, or not what `schema` allows; each problem
 * with file, line, key and what is allowed there.
 */
export function loadYaml<S extends z.ZodType>(
  path: string,
  schema: S,
  kind: string,
): LoadedFile<z.output<S>> {
  const lines = new LineCounter();
  const document = parseDocument(readText(path, kind), { lineCounter: lines, prettyErrors: false });
  const refuse = (problems: readonly Problem[]) => {
    if (problems.length > 0) throw refusal(path, kind, problems, document, lines);
  };
  const mistakes = [
    ...document.errors.map(({ pos: [at], message }) => ({ at, message })),
    ...(document.errors.length > 0 ? [] : unusableNodes(document)),
  ];
  if (mistakes.length > 0) {
    const shown = mistakes.slice(0, maxProblemsShown);
    const where = ({ at, message }: Mistake) => `${path}:${lines.linePos(at).line}: ${message}`;
    throw new HarnessError('usage', shown.map(where).join('\n'), {
      hint: `${path} is not valid YAML; mend the line named above.`,
    });
  }
  const plain = toPlain(document, path);
  const parsed = schema.safeParse(plain);
  if (!parsed.success) refuse(describeIssues(parsed.error.issues, schema, plain));
  return { path, value: parsed.data as z.output<S>, refuse };
}

function readText(path: string, kind: string): string {
  try {
    if (statSync(path).size > maxFileBytes) {
      throw new HarnessError('usage', `${path}: a ${kind} file has at most ${maxFileBytes} bytes`);
    }
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof HarnessError) throw cause;
    throw new HarnessError('usage', `cannot read the ${kind} file ${path}: ${messageOf(cause)}`, { cause });
  }
}

interface Mistake {
  /** The offset in the file. */
  at: number;
  message: string;
}

/** What is YAML, yet nothing that a file here could mean. */
function unusableNodes(document: Document): Mistake[] {
  const found: Mistake[] = [];
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return;
      found.push({
        at: alias.range?.[0] ?? 0,
        message: `no anchor named ${alias.source} stands before this`,
      });
    },
    Pair(_, { key }) {
      if (isScalar(key) && (key.value === null || typeof key.value !== 'object')) return;
      found.push({
        at: (isNode(key) && key.range?.[0]) || 0,
        message: 'a key must be a word, not a list or mapping',
      });
    },
  });
  return found;
}

function toPlain(document: Document, path: string): unknown {
  try {
    return document.toJS();
  } catch (cause) {
    // Only aliases that multiply beyond the parser's limit.
    throw new HarnessError('usage', `${path}:1: ${messageOf(cause)}`, { cause });
  }
}

function refusal(
  path: string,
  kind: string,
  problems: readonly Problem[],
  document: Document,
  lines: LineCounter,
): HarnessError {
  const shown = problems.slice(0, maxProblemsShown).map((problem) => {
    const where = `${path}:${lineOf(document, lines, problem)}`;
    const key = problem.path.length > 0 ? `${formatPath(problem.path)}: ` : '';
    return `${where}: ${key}${problem.message}`;
  });
  if (problems.length > shown.length) shown.push(`… and ${problems.length - shown.length} more`);
  return new HarnessError('usage', shown.join('\n'), {
    hint: `An editor that reads the schema named in the first line of a ${kind} file shows what is allowed where.`,
  });
}

/** The line of the key the problem is about, or of the closest thing around it that the file has. */
function lineOf(document: Document, lines: LineCounter, problem: Problem): number {
  for (let length = problem.path.length; length >= 0; length--) {
    const offset = offsetOf(document, problem.path.slice(0, length));
    if (offset !== undefined) return lines.linePos(offset).line;
  }
  return 1;
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number | undefined {
  const last = path.at(-1);
  const parent: unknown = path.length > 0 ? document.getIn(path.slice(0, -1), true) : undefined;
  if (isMap(parent)) {
    const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === last);
    return isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
  }
  const node: unknown = path.length > 0 ? document.getIn(path, true) : document.contents;
  return isNode(node) ? node.range?.[0] : undefined;
}

/** `workload.journey[2].call` */
export function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? String(part) : `.${String(part)}`))
    .join('');
}
