import { isDeepStrictEqual } from 'node:util';
import { jsonText, type Redact } from '../core/index.ts';
import { type Failure, operationsNamedIn } from '../record/index.ts';
import { type AnswerTest, type CallStep, fillTemplate, patternOf, testOf } from '../scenario/index.ts';
import type { AnswerValues } from './answer-values.ts';

/** A pattern is held against no more of a text than this. */
const matchedCharsMax = 256 * 1024;

/** What of an answer is not as the step expects, if anything. */
export function unmet(
  step: CallStep,
  answer: AnswerValues,
  values: Map<string, unknown>,
  redact: Redact,
): Failure | undefined {
  for (const path in step.expect) {
    const found = answer.at(path);
    const broken = firstBroken(testOf(step.expect[path]), found, values);
    if (broken === undefined) continue;
    const shown = (value: unknown) => redact(jsonText(value, 4096)).slice(0, 200);
    const wanted = 'wanted' in broken ? [shown(broken.wanted)] : [];
    const expected = [...broken.what, ...wanted].join(' ');
    const failure: Failure = {
      kind: 'unexpected',
      message: `${path} is ${shown(found)}, expected ${expected}`,
    };
    if (isAnothers(found, broken.wanted, values)) failure.misdelivered = true;
    return failure;
  }
  return undefined;
}

interface Broken {
  what: string[];
  wanted?: unknown;
}

function firstBroken(test: AnswerTest, found: unknown, values: Map<string, unknown>): Broken | undefined {
  if (test.exists === false) return found === undefined ? undefined : { what: ['nothing there'] };
  if (test.exists && found === undefined) return { what: ['a value'] };
  if ('equals' in test) {
    const wanted = filled(test.equals, values);
    if (!isDeepStrictEqual(found, wanted)) return { what: [], wanted };
  }
  if ('contains' in test) {
    const wanted = filled(test.contains, values);
    if (!contains(found, wanted)) return { what: ['what contains'], wanted };
  }
  if (test.matches === undefined || matchIn(found, test.matches)) return undefined;
  return { what: ['what matches'], wanted: test.matches };
}

function filled(template: unknown, values: Map<string, unknown>): unknown {
  const result = fillTemplate(template, values);
  return 'value' in result ? result.value : undefined;
}

function contains(found: unknown, wanted: unknown): boolean {
  if (Array.isArray(found)) return found.some((element) => isDeepStrictEqual(element, wanted));
  return typeof found === 'string' && wanted !== undefined && found.includes(String(wanted));
}

const patterns = new Map<string, RegExp>();

/** Of a text; what is no text matches no pattern. */
export function matchIn(found: unknown, source: string): RegExpExecArray | null {
  if (typeof found !== 'string') return null;
  let pattern = patterns.get(source);
  if (pattern === undefined) {
    pattern = patternOf(source);
    patterns.set(source, pattern);
  }
  return pattern.exec(found.slice(0, matchedCharsMax));
}

/** Where this operation's own id was to come back, that of another did: the answer is to another request. */
function isAnothers(found: unknown, wanted: unknown, values: ReadonlyMap<string, unknown>): boolean {
  const named = (value: unknown) =>
    typeof value === 'string' ? operationsNamedIn(value).map(({ opId }) => opId) : [];
  const own = String(values.get('opId'));
  return named(wanted).includes(own) && named(found).length > 0 && !named(found).includes(own);
}
