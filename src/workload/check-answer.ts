import { isDeepStrictEqual } from 'node:util';
import type { ToolResult } from '../client/index.ts';
import { jsonOf, jsonText, valueText } from '../core/index.ts';
import { type Failure, type Outcome, operationsNamedIn, outcomeUnknownKey } from '../record/index.ts';
import { type CallStep, fillTemplate } from '../scenario/index.ts';
import { valueAt } from './json-path.ts';

/** What a server answers is recorded and sent again; it must be able to fill neither the disk nor the memory. */
const readsMax = 100_000;
const readCharsMax = 500;
const savedCharsMax = 64 * 1024;

/** Holds the answer against what the journey expects of it, and saves what later calls need. */
export function checkResult(
  step: CallStep,
  result: ToolResult,
  values: Map<string, unknown>,
): { outcome: Outcome; failure?: Failure | undefined } {
  if (result.isError) {
    const outcome = result.meta[outcomeUnknownKey] === true ? 'info' : 'fail';
    return { outcome, failure: { kind: 'tool-error', message: textOf(result) } };
  }
  for (const path in step.expect) {
    const expected = step.expect[path];
    const filled = fillTemplate(expected, values);
    const wanted = 'value' in filled ? filled.value : undefined;
    const found = valueAt(result.structuredContent, path);
    if (!isDeepStrictEqual(found, wanted)) {
      const message = `${path} is ${jsonText(found, 200)}, expected ${jsonText(wanted, 200)}`;
      // It was carried out, so its effect may stand: not `fail`.
      const failure: Failure = { kind: 'unexpected', message };
      if (isAnothers(found, wanted, values)) failure.misdelivered = true;
      return { outcome: 'info', failure };
    }
  }
  if (step.reads !== undefined) {
    const found = valueAt(result.structuredContent, step.reads);
    if (!Array.isArray(found)) return unexpected(`there is no list at ${step.reads}`);
    if (found.length > readsMax) return unexpected(`the list at ${step.reads} has ${found.length} values`);
  }
  for (const name in step.save) {
    const path = step.save[name] ?? '';
    const value = valueAt(result.structuredContent, path);
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

/** It was carried out, so its effect may stand: not `fail`. */
function unexpected(message: string): { outcome: Outcome; failure: Failure } {
  return { outcome: 'info', failure: { kind: 'unexpected', message } };
}

/** Where this operation's own id was to come back, that of another did: the answer is to another request. */
function isAnothers(found: unknown, wanted: unknown, values: ReadonlyMap<string, unknown>): boolean {
  const named = (value: unknown) =>
    typeof value === 'string' ? operationsNamedIn(value).map(({ opId }) => opId) : [];
  const own = String(values.get('opId'));
  return named(wanted).includes(own) && named(found).length > 0 && !named(found).includes(own);
}

/** The values that a read has found. */
export function readsOf(
  step: CallStep,
  outcome: Outcome,
  result: ToolResult | undefined,
): string[] | undefined {
  if (step.reads === undefined || outcome !== 'ok' || result === undefined) return undefined;
  const found = valueAt(result.structuredContent, step.reads);
  return Array.isArray(found) ? found.map((value) => valueText(value, readCharsMax)) : [];
}

function textOf(result: ToolResult): string {
  const blocks = result.content as ({ type?: unknown; text?: unknown } | null)[];
  const first = blocks.find((block) => block?.type === 'text');
  return valueText(first?.text ?? 'the tool failed without a text', 500);
}
