import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The events of a finished run, read without the harness's own types, on purpose. `run`: its folder under runs/. */
// biome-ignore lint/suspicious/noExplicitAny: see above.
export function recordedEvents(out: string, run: string): any[] {
  const lines = readFileSync(join(out, 'runs', run, 'events.ndjson'), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line));
}
