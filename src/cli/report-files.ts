import { renderHtml, renderJson } from '../report/index.ts';
import type { Results } from '../verdict/index.ts';
import { writeText } from './experiment-files.ts';

/** Writes results.json and report.html; returns the path of the report. */
export async function writeReports(folder: string, results: Results): Promise<string> {
  writeText(folder, 'results.json', renderJson(results));
  return writeText(folder, 'report.html', await renderHtml(results));
}
