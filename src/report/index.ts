// Report: pure functions from results to text: html for people, json for machines, a table for the terminal.
// They judge nothing and touch no file.
export { type ConsoleOptions, renderConsole } from './console.ts';
export { renderHtml } from './html/index.ts';
export { renderJson } from './json.ts';
export { type Reporter, type ReporterName, reporters } from './reporters.ts';
