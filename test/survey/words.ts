import type { Exchange } from './http.ts';

/** How what was observed is said in a cell. */

export type Column<T> = readonly [title: string, cell: (row: T) => string];

export function table<T>(rows: readonly T[], columns: readonly Column<T>[]): string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [
    line(columns.map(([title]) => title)),
    line(columns.map(() => '---')),
    ...rows.map((row) => line(columns.map(([, cell]) => cell(row)))),
  ];
}

export function percent(share: number | null): string {
  return share === null ? 'unknown' : `${(share * 100).toFixed(1)} %`;
}

/** `404 -32001`, and what it says. */
export function answerOf({ status, message, body, broken }: Exchange): string {
  if (status === undefined) return `no answer: ${broken}`;
  if (message?.result !== undefined) return `${status} with a result`;
  const { code, message: said } = message?.error ?? {};
  const text = shortened((said ?? body).trim().replace(/\s+/g, ' '));
  return `${status} ${code ?? 'without a JSON-RPC error'}${text === '' ? '' : ` “${text}”`}`;
}

export function isAnswered({ message }: Exchange): boolean {
  return message?.result !== undefined;
}

/** The revisions that an answer to `server/discover` names. */
export function versionsOf({ message }: Exchange): string[] | undefined {
  const { supportedVersions } = (message?.result ?? {}) as { supportedVersions?: unknown };
  return Array.isArray(supportedVersions) ? supportedVersions.map(String) : undefined;
}

function shortened(text: string): string {
  return text.length > 120 ? `${text.slice(0, 120)} …` : text;
}
