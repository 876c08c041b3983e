import type { ToolResult } from '../client/index.ts';
import { jsonOf, type Redact, valueText } from '../core/index.ts';
import { type Failure, type Outcome, outcomeUnknownKey } from '../record/index.ts';
import type { CallStep } from '../scenario/index.ts';
import { matchIn, unmet } from './answer-tests.ts';
import { answerValues } from './answer-values.ts';

/** What a server answers is recorded and sent again; it must be able to fill neither the disk nor the memory. */
const readsMax = 100_000;
const readCharsMax = 500;
const savedCharsMax = 64 * 1024;

/** Holds the answer against what the journey expects of it, and saves what later calls need. */
export function checkResult(
  step: CallStep,
  result: ToolResult,
  values: Map<string, unknown>,
  redact: Redact = (text) => text,
): { outcome: Outcome; failure?: Failure | undefined } {
  if (result.isError) {
    const outcome = result.meta[outcomeUnknownKey] === true ? 'info' : 'fail';
    return { outcome, failure: { kind: 'tool-error', message: textOf(result) } };
  }
  const answer = answerValues(result);
  const failure = unmet(step, answer, values, redact);
  // It was carried out, so its effect may stand: not `fail`.
  if (failure) return { outcome: 'info', failure };
  if (step.reads !== undefined) {
    const found = answer.at(step.reads);
    if (!Array.isArray(found)) return unexpected(`there is no list at ${step.reads}`);
    if (found.length > readsMax) return unexpected(`the list at ${step.reads} has ${found.length} values`);
  }
  for (const name in step.save) {
    const from = step.save[name] ?? '';
    const path = typeof from === 'string' ? from : from.from;
    const value = typeof from === 'string' ? answer.at(path) : foundBy(from.matches, answer.at(path));
    if ((jsonOf(value)?.length ?? Number.POSITIVE_INFINITY) > savedCharsMax) {
      values.delete(name);
      return unexpected(`what is at ${path} is too large to be sent back`);
    }
    // An answer without the value clears it: an old one would belong to another state.
    if (value === undefined) values.delete(name);
    else values.set(name, value);
  }
  return { outcome: 'ok' };
}

/** What the first group has found, or the whole pattern if it has none. */
function foundBy(pattern: string, text: unknown): string | undefined {
  const match = matchIn(text, pattern);
  return match === null ? undefined : match.length > 1 ? match[1] : match[0];
}

/** It was carried out, so its effect may stand: not `fail`. */
function unexpected(message: string): { outcome: Outcome; failure: Failure } {
  return { outcome: 'info', failure: { kind: 'unexpected', message } };
}

/** The values that a read has found. */
export function readsOf(
  step: CallStep,
  outcome: Outcome,
  result: ToolResult | undefined,
): string[] | undefined {
  if (step.reads === undefined || outcome !== 'ok' || result === undefined) return undefined;
  const found = answerValues(result).at(step.reads);
  return Array.isArray(found) ? found.map((value) => valueText(value, readCharsMax)) : [];
}

function textOf(result: ToolResult): string {
  const blocks = result.content as ({ type?: unknown; text?: unknown } | null)[];
  const first = blocks.find((block) => block?.type === 'text');
  return valueText(first?.text ?? 'the tool failed without a text', 500);
}
