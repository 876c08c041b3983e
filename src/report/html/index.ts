// Html: one self-contained page from results; charts are drawn as inline SVG when the report is made.
// Every foreign text is escaped by `markup.ts`, and the page's policy lets nothing else run or load.
export { renderHtml } from './page.ts';
