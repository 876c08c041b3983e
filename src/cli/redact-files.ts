import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { HarnessError, messageOf, type Redact } from '../core/index.ts';

/**
 * Takes secrets out of files that servers have written themselves, when they have ended: they write straight to the
 * disk, so that what they wrote is there after any end of anyone.
 */

/** So much is looked at together; in a longer text without a line end, too. */
const blockChars = 1024 * 1024;
/** Where a block has no line end that can be cut at, it is tried elsewhere, so far from its end. */
const cutStepsChars = [32 * 1024, 128 * 1024, 512 * 1024];

/** @throws HarnessError `internal` if one cannot be rewritten; it must then be taken for one that holds secrets. */
export function redactFiles(paths: readonly string[], redact: Redact): void {
  for (const path of paths) if (existsSync(path)) redactFile(path, redact);
}

/** All files in a folder, not those in folders within it. */
export function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(folder, entry.name));
}

function redactFile(path: string, redact: Redact): void {
  const partial = `${path}.partial`;
  try {
    const changed = rewrite(path, partial, redact);
    if (changed) renameSync(partial, path);
    else rmSync(partial);
  } catch (cause) {
    rmSync(partial, { force: true });
    throw new HarnessError('internal', `cannot take secrets out of ${path}: ${messageOf(cause)}`, {
      hint: 'Delete the file if the server may have written secrets into it.',
      cause,
    });
  }
}

/** @returns whether anything is different. */
function rewrite(from: string, to: string, redact: Redact): boolean {
  const source = openSync(from, 'r');
  const target = openSync(to, 'w', fstatSync(source).mode);
  let changed = false;
  const put = (text: string) => {
    const clean = redact(text);
    changed ||= clean !== text;
    const bytes = Buffer.from(clean);
    for (let offset = 0; offset < bytes.length; ) offset += writeSync(target, bytes, offset);
  };
  try {
    const decoder = new StringDecoder('utf8');
    const chunk = Buffer.allocUnsafe(64 * 1024);
    let held = '';
    for (let bytes = readSync(source, chunk); bytes > 0; bytes = readSync(source, chunk)) {
      held += decoder.write(chunk.subarray(0, bytes));
      if (held.length < blockChars) continue;
      const at = cutOf(held, redact);
      put(held.slice(0, at));
      held = held.slice(at);
    }
    put(held + decoder.end());
    return changed;
  } finally {
    closeSync(source);
    closeSync(target);
  }
}

/** Where a text can be cut so that no secret is cut with it. */
function cutOf(text: string, redact: Redact): number {
  const whole = redact(text);
  const lastLine = text.lastIndexOf('\n') + 1;
  const places = [lastLine, ...cutStepsChars.map((chars) => text.length - chars)];
  return (
    places.find((at) => at > 0 && redact(text.slice(0, at)) + redact(text.slice(at)) === whole) ?? text.length
  );
}
