import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** Keeps the rules of ARCHITECTURE.md, "Rules that a test keeps". */

const root = fileURLToPath(new URL('..', import.meta.url));

interface Source {
  /** From the project's root, e.g. `src/core/clock.ts`. */
  path: string;
  text: string;
  /** Project files that it imports. */
  imports: string[];
}

const sources = [...tree('src'), ...tree('infra')].filter((path) => path.endsWith('.ts')).map(read);

/** What each room of src/ may import from the others; `core` and `record` are open to all. */
const allowed: Record<string, readonly string[]> = {
  core: [],
  record: ['core'],
  scenario: ['core', 'record'],
  topology: ['core', 'record'],
  client: ['core', 'record'],
  workload: ['core', 'record', 'scenario', 'client'],
  generator: ['core', 'record', 'scenario', 'client', 'workload'],
  init: ['core', 'record', 'client'],
  faults: ['core', 'record', 'scenario', 'topology'],
  engine: ['core', 'record', 'scenario', 'topology', 'client', 'workload', 'faults'],
  measure: ['core', 'record', 'scenario'],
  verdict: ['core', 'record', 'scenario', 'measure'],
  report: ['core', 'record', 'scenario', 'measure', 'verdict'],
  cli: [
    'core',
    'record',
    'scenario',
    'topology',
    'client',
    'workload',
    'faults',
    'engine',
    'generator',
    'init',
    'measure',
    'verdict',
    'report',
  ],
};

describe('imports', () => {
  it('follow the rooms', () => {
    const wrong = sources.flatMap((source) =>
      source.imports.flatMap((target) => {
        const [from, to] = [roomOf(source.path), roomOf(target)];
        if (from === to) return [];
        const open = from.startsWith('infra') ? ['core', 'record'] : (allowed[from] ?? []);
        return open.includes(to) ? [] : [`${source.path} imports ${target}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('enter another room by its index only', () => {
    const wrong = sources.flatMap((source) =>
      source.imports
        .filter((target) => roomOf(target) !== roomOf(source.path) && !target.endsWith('/index.ts'))
        .map((target) => `${source.path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('make no cycle', () => {
    const graph = new Map(sources.map((source) => [source.path, source.imports]));
    expect(findCycle(graph)).toBeUndefined();
  });
});

describe('the engine', () => {
  it('knows topology and clients by their types only', () => {
    const values = sources
      .filter((source) => roomOf(source.path) === 'engine')
      .flatMap((source) => [
        ...source.text.matchAll(/^import (?!type )\{([^}]*)\} from '\.\.\/(topology|client)\//gm),
      ])
      .flatMap((match) => (match[1] ?? '').split(','))
      .filter((name) => name.trim() !== '' && !name.trim().startsWith('type '));
    expect(values).toEqual([]);
  });
});

describe('time, randomness and the terminal', () => {
  // Only what is named here may; anything else takes a Clock, a Prng or an Output.
  const exceptions: Record<string, readonly RegExp[]> = {
    'src/core/clock.ts': [/\bnew Date\(/],
  };
  const forbidden = [
    /\bDate\.now\(/,
    /\bnew Date\(/,
    /\bMath\.random\(/,
    /\bconsole\.\w+\(/,
    /\bprocess\.exit\(/,
  ];

  it('stay in core, in cli and in the entry files of processes', () => {
    const wrong = sources.flatMap((source) => {
      if (isEntry(source)) return [];
      const open = roomOf(source.path) === 'cli' ? [/\bprocess\.exit\(/] : (exceptions[source.path] ?? []);
      return forbidden
        .filter((pattern) => !open.some((free) => free.source === pattern.source))
        .filter((pattern) => pattern.test(source.text))
        .map((pattern) => `${source.path}: ${pattern.source}`);
    });
    expect(wrong).toEqual([]);
  });
});

describe('files', () => {
  it('can be read at a sitting', () => {
    const long = sources
      .filter((source) => source.text.split('\n').length > 260)
      .map((source) => source.path);
    expect(long).toEqual([]);
  });

  it('open each room with two lines that say what it is for', () => {
    const rooms = readdirSync(join(root, 'src'));
    const silent = rooms.filter((room) => {
      const index = join(root, 'src', room, 'index.ts');
      if (!existsSync(index)) return room !== 'cli';
      return !/^\/\/ .+\n\/\/ .+\n/.test(readFileSync(index, 'utf8'));
    });
    expect(silent).toEqual([]);
  });

  it('leave nothing unfinished', () => {
    const marks = sources.filter((source) =>
      /\b(TODO|FIXME|XXX)\b|@ts-(ignore|expect-error|nocheck)|\bas any\b/.test(source.text),
    );
    expect(marks.map((source) => source.path)).toEqual([]);
  });

  it('skip or focus no test', () => {
    const tests = tree('test').filter((path) => path.endsWith('.test.ts') && path !== 'test/house.test.ts');
    const wrong = tests.filter((path) =>
      /\.(only|todo)\(|\bretry: \d/.test(readFileSync(join(root, path), 'utf8')),
    );
    expect(wrong).toEqual([]);
  });
});

/** Entry files are started as processes of their own. */
function isEntry(source: Source): boolean {
  return /(^|[/-])main\.ts$/.test(source.path) || /^infra\/servers\/[\w-]+\.ts$/.test(source.path);
}

function roomOf(path: string): string {
  const [top = '', second = ''] = path.split('/');
  return top === 'src' ? second : top;
}

function tree(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function read(path: string): Source {
  const text = readFileSync(join(root, path), 'utf8');
  const imports = [...text.matchAll(/\bfrom '(\.[^']+)'|\bimport\('(\.[^']+)'\)/g)]
    .map((match) => match[1] ?? match[2] ?? '')
    .map((target) => normalize(join(dirname(path), target)));
  return { path, text, imports };
}

function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(path)) return [...trail.slice(trail.indexOf(path)), path];
    if (done.has(path)) return undefined;
    for (const next of graph.get(path) ?? []) {
      const cycle = visit(next, [...trail, path]);
      if (cycle) return cycle;
    }
    done.add(path);
    return undefined;
  };
  for (const path of graph.keys()) {
    const cycle = visit(path, []);
    if (cycle) return cycle;
  }
  return undefined;
}
