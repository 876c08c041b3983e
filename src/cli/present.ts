import { relative } from 'node:path';
import { renderConsole, renderHtml, renderJson } from '../report/index.ts';
import type { Results } from '../verdict/index.ts';
import { writeText } from './experiment-files.ts';
import type { Output } from './output.ts';

/** Writes results.json and report.html, and shows the table and where the report is. */
export async function present(
  results: Results,
  folder: string,
  options: { quiet: boolean; json: boolean },
  output: Output,
): Promise<void> {
  const json = renderJson(results);
  writeText(folder, 'results.json', json);
  const report = writeText(folder, 'report.html', await renderHtml(results));
  if (!options.quiet) {
    output.out(renderConsole(results, { colour: output.colour, columns: Math.min(100, output.columns) }));
    const fromHere = relative('.', report);
    output.out(`Report: ${fromHere.startsWith('..') ? report : fromHere}`);
  }
  if (options.json) process.stdout.write(json);
}
