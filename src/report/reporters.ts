import type { Results } from '../verdict/index.ts';
import { renderConsole } from './console.ts';
import { renderHtml } from './html/index.ts';
import { renderJson } from './json.ts';

/** Results to text; it never touches files. */
export interface Reporter {
  /** What it is for, in one line. */
  description: string;
  render(results: Results): Promise<string> | string;
}

/** Every report there is; a new one is a file and a line here. */
export const reporters = {
  html: { description: 'a self-contained page, for people', render: renderHtml },
  json: { description: 'everything the page shows, for machines', render: renderJson },
  console: {
    description: 'a table per scenario, for terminals and logs; without colour',
    render: (results) => renderConsole(results, { colour: false, columns: 100 }),
  },
} as const satisfies Record<string, Reporter>;

export type ReporterName = keyof typeof reporters;
