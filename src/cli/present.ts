import { relative } from 'node:path';
import { renderConsole, renderHtml, renderJson } from '../report/index.ts';
import type { Results } from '../verdict/index.ts';
import { writeText } from './experiment-files.ts';
import type { Output } from './output.ts';

/**
 * Shows the table, writes results.json and report.html, and says where the report is.
 * @throws HarnessError `internal` if they cannot be written.
 */
export async function present(
  results: Results,
  folder: string,
  options: { quiet: boolean; json: boolean },
  output: Output,
): Promise<void> {
  const json = renderJson(results);
  const html = await renderHtml(results);
  if (!options.quiet) {
    // First: it needs no disk, which may be full.
    output.out(renderConsole(results, { colour: output.colour, columns: Math.min(100, output.columns) }));
  }
  if (options.json) process.stdout.write(json);
  writeText(folder, 'results.json', json);
  const report = writeText(folder, 'report.html', html);
  if (options.quiet) return;
  const fromHere = relative('.', report);
  output.out(`Report: ${fromHere.startsWith('..') ? report : fromHere}`);
}
