import type { Results } from '../verdict/index.ts';

/** What still fits on one line, so that a series takes a line per point and not one per number. */
const columnsMax = 180;

/** `results.json`: the same results give the same text, and a point of a series takes one line. */
export function renderJson(results: Results): string {
  const { schemaVersion, tool, startedAt, command, environment, scenario, seed, verdict, cutShort } = results;
  const { scenarios, deployments, runs, comparisons } = results;
  const ordered = {
    schemaVersion,
    tool,
    startedAt,
    command,
    environment: { ...environment, packages: sorted(environment.packages) },
    scenario,
    seed,
    ...(cutShort === undefined ? {} : { cutShort }),
    verdict,
    scenarios,
    deployments,
    comparisons,
    runs,
  };
  return `${pretty(JSON.parse(JSON.stringify(ordered)), '', 0)}\n`;
}

function sorted(record: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** `before` is how many columns the line already holds. */
function pretty(value: unknown, indent: string, before: number): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const line = oneLine(value);
  if (indent.length + before + line.length <= columnsMax && !nestsDeep(value)) return line;
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    return `[\n${value.map((item) => inner + pretty(item, inner, 0)).join(',\n')}\n${indent}]`;
  }
  const entries = Object.entries(value).map(([key, item]) => {
    const name = `${JSON.stringify(key)}: `;
    return `${inner}${name}${pretty(item, inner, name.length)}`;
  });
  return `{\n${entries.join(',\n')}\n${indent}}`;
}

/** An object in an object in an object reads better on several lines, however short. */
function nestsDeep(value: object): boolean {
  return Object.values(value).some(
    (item) =>
      typeof item === 'object' &&
      item !== null &&
      Object.values(item).some((inner) => typeof inner === 'object' && inner !== null),
  );
}

function oneLine(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${oneLine(item)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
