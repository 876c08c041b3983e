import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HarnessError } from '../../src/core/index.ts';
import { dealRows, dealtRow, makePlan, plannedRows } from '../../src/scenario/index.ts';
import { catalog, request, root } from '../support/plan.ts';

const folder = mkdtempSync(join(tmpdir(), 'windtunnel-data-'));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

/** A scenario whose calls use `user` and `n`, with this data beside it. */
function planWith(
  content: string | Buffer,
  { ending = 'csv', data = '', item = '${data.user} ${data.n} ${opId}' } = {},
) {
  files += 1;
  const file = `rows-${files}.${ending}`;
  writeFileSync(join(folder, file), content);
  const original = readFileSync(join(root, 'scenarios/crash.yaml'), 'utf8');
  const text = original
    .replace('item: "${opId}"', `item: "${item}"`)
    .replace('\nworkload:', `\n${data === 'none' ? '' : `data: { file: ${file}${data} }\n`}workload:`);
  const path = join(folder, `scenario-${files}.yaml`);
  writeFileSync(path, text);
  const planned = makePlan(request({ scenarios: [path] }), catalog).scenarios[0]?.data;
  if (planned === undefined) throw new Error('the plan has no data');
  return planned;
}

function refusal(content: string | Buffer, options: Parameters<typeof planWith>[1] = {}): string {
  try {
    planWith(content, options);
  } catch (error) {
    expect(error).toBeInstanceOf(HarnessError);
    expect((error as HarnessError).code).toBe('usage');
    return (error as HarnessError).message.replaceAll(`${folder}/`, '').replace(/-\d+\./g, '.');
  }
  throw new Error('it was accepted');
}

describe('the data of a scenario', () => {
  it('is planned with its path, hash, number of rows and the columns that are used', () => {
    const planned = planWith('user,n,note\nann,1,"a\nb"\n\nbob,2,\n');
    expect(planned).toMatchObject({ rows: 2, columns: ['user', 'n'], deal: 'in-order', reuse: true });
    expect(planned.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(plannedRows(planned)).toEqual([
      { user: 'ann', n: '1' },
      { user: 'bob', n: '2' },
    ]);
  });

  it('has types of its own in JSON, and those that are named in CSV', () => {
    const lines = '\ufeff{"user":{"a":1},"n":1,"x":0}\n\n{"user":null,"n":[true]}\r\n';
    expect(plannedRows(planWith(lines, { ending: 'ndjson' }))).toEqual([
      { user: { a: 1 }, n: 1 },
      { user: null, n: [true] },
    ]);
    const typed = planWith('\ufeffuser,n\r\ntrue,-1.5\r\nfalse,2\r\n', {
      data: ', types: { user: boolean, n: number }',
    });
    expect(plannedRows(typed)).toEqual([
      { user: true, n: -1.5 },
      { user: false, n: 2 },
    ]);
  });

  it('is refused when it has changed since it was planned', () => {
    const planned = planWith('user,n\nann,1\n');
    writeFileSync(planned.path, 'user,n\nbob,1\n');
    expect(() => plannedRows(planned)).toThrow('has changed since the experiment was planned');
  });

  it.each([
    ['', {}, 'rows.csv:1: there are no columns: the file is empty'],
    ['user,n\n', {}, 'rows.csv: there is no row in it'],
    ['user,m\na,1\n', {}, 'rows.csv:1: there is no column n; there are user, m'],
    ['user,n,user\na,1,b\n', {}, 'rows.csv:1: the column user is there twice'],
    ['user,n\na,1\nb\n', {}, 'rows.csv:3: is no CSV: Invalid Record Length'],
    ['user,n\na,"1\n', {}, 'rows.csv:2: is no CSV: Quote Not Closed'],
    ['user,n\na,1\nb,x\n', { data: ', types: { n: number }' }, 'rows.csv:3: n is "x", which is no number'],
    ['user,n\na,1\n', { data: ', types: { m: number }' }, 'rows.csv:1: there is no column m'],
    [Buffer.from([0x75, 0xff, 0x0a]), {}, 'rows.csv: is not valid UTF-8'],
    ['{"user":1,"n":2}\n[1]\n', { ending: 'ndjson' }, 'rows.ndjson:2: is no JSON object'],
    [
      '{"user":1,"n":2}\n{"user":1}\n',
      { ending: 'jsonl' },
      'rows.jsonl:2: there is no column n; there are user',
    ],
    ['user: 1\n', { ending: 'yaml' }, 'rows.yaml: data has the ending .csv, .ndjson, .jsonl'],
    ['user,n\na,1\n', { data: ', reuse: false' }, 'data.reuse: there are 1 rows for 60 clients'],
    ['user,n\na,1\n', { data: ', deal: random' }, 'data.deal: allowed: in-order, shuffled'],
    ['user,n\na,1\n', { item: '${opId}' }, 'data: is used by no call'],
    ['user,n\na,1\n', { data: 'none' }, '${data.user} is used, and there is no data'],
  ] as const)('that is %j with %j is refused', (content, options, message) => {
    expect(refusal(content, options)).toContain(message);
  });

  it('that is not there is refused', () => {
    expect(refusal('user,n\na,1\n', { data: 'x' })).toContain('data has the ending');
    expect(refusal('user,n\na,1\n', { data: '.missing.csv' })).toContain('cannot read the data file rows');
  });
});

describe('rows', () => {
  const rows = Array.from({ length: 100 }, (_, i) => ({ user: `ü${i}` }));
  const dealt = (deal: 'in-order' | 'shuffled', seed: number, count = 100) => {
    const shared = dealRows(rows, deal, seed);
    return Array.from({ length: count }, (_, i) => dealtRow(shared, i));
  };

  it('are dealt in order, and from the first again', () => {
    expect(dealt('in-order', 1, 250)).toEqual([...rows, ...rows, ...rows.slice(0, 50)]);
  });

  it('are dealt by seed: each once, the same for the same seed', () => {
    expect(dealt('shuffled', 7)).toEqual(dealt('shuffled', 7));
    expect(dealt('shuffled', 7)).not.toEqual(dealt('shuffled', 8));
    expect(dealt('shuffled', 7)).not.toEqual(rows);
    expect(new Set(dealt('shuffled', 7).map((row) => JSON.stringify(row))).size).toBe(100);
  });
});
