import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { faults } from '../src/faults/index.ts';
import type { Metrics } from '../src/measure/index.ts';
import { draftPlan, makePlan, namesIn } from '../src/scenario/index.ts';
import { temporaryFolder } from './support/cli.ts';
import { catalog, request, root } from './support/plan.ts';

/** The documents say nothing that the project does not hold. */

const text = (name: string) => readFileSync(join(root, name), 'utf8');

describe('the README', () => {
  it('shows a scenario that is accepted as it stands', () => {
    using folder = temporaryFolder();
    const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(text('README.md')) ?? [];
    const file = join(folder.path, 'two-crashes.yaml');
    writeFileSync(file, yaml);
    const plan = makePlan(
      request({ scenarios: [file], deployments: namesIn(catalog.deploymentsDir) }),
      catalog,
    );
    expect(plan.scenarios[0]?.faults).toHaveLength(2);
  });

  it('shows a deployment of a server of your own that is accepted as it stands', () => {
    using folder = temporaryFolder();
    const [, yaml = ''] = [...text('README.md').matchAll(/```yaml\n([\s\S]*?)```/g)].map(
      ([, block]) => block,
    );
    const file = join(folder.path, 'my-server.yaml');
    writeFileSync(file, yaml);
    const [deployment] = draftPlan(request({ deployments: [file] }), catalog).deployments;
    expect(deployment).toMatchObject({ name: 'my-server', protocol: 'auto', state: 'unknown' });
  });

  it('lists every scenario and every deployment', () => {
    const rows = [...text('README.md').matchAll(/^\| `([a-z0-9-]+)` *\|/gm)].map((match) => match[1]);
    expect(rows).toEqual(expect.arrayContaining(namesIn(catalog.scenariosDir)));
    expect(rows).toEqual(expect.arrayContaining(namesIn(catalog.deploymentsDir)));
  });
});

it('docs/ledger.md shows servers as they are', () => {
  const of = {
    js: 'docs/examples/ledger-server.mjs',
    python: 'infra/foreign/python-sdk/server.py',
    go: 'infra/foreign/go-sdk/main.go',
  };
  for (const [language, source] of Object.entries(of)) {
    const pattern = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g');
    const shown = [...text('docs/ledger.md').matchAll(pattern)].map((match) => match[1] ?? '');
    expect(shown).toHaveLength(2);
    for (const block of shown) expect(text(source)).toContain(block);
  }
});

it('docs/journeys.md shows steps that are accepted', () => {
  using folder = temporaryFolder();
  const [steps = '', data = ''] = [...text('docs/journeys.md').matchAll(/```yaml\n([\s\S]*?)```/g)].map(
    (match) => match[1] ?? '',
  );
  writeFileSync(join(folder.path, 'users.csv'), `query,age\n${'a,1\n'.repeat(5)}`);
  const file = join(folder.path, 'shown.yaml');
  const head = `name: shown\nquestion: Is it accepted?\n${data}workload:\n  sessions: 5\n  rate: 5/s\n  journey:\n`;
  writeFileSync(file, head + steps.replace(/^/gm, '    '));
  const [planned] = makePlan(request({ scenarios: [file] }), catalog).scenarios;
  expect(planned?.data).toMatchObject({ rows: 5, columns: ['query'] });
  expect(planned?.workload.journey).toHaveLength(2);
});

it('docs/tasks.md shows steps that are accepted, and every scenario with tasks', () => {
  using folder = temporaryFolder();
  const [, steps = ''] = /```yaml\n([\s\S]*?)```/.exec(text('docs/tasks.md')) ?? [];
  const file = join(folder.path, 'shown.yaml');
  const head = 'name: shown\nquestion: Is it accepted?\nworkload:\n  sessions: 5\n  rate: 5/s\n  journey:\n';
  writeFileSync(file, head + steps.replace(/^/gm, '    '));
  const deployments = ['stateless-tasks-shared'];
  const [planned] = makePlan(request({ scenarios: [file], deployments }), catalog).scenarios;
  expect(planned?.workload.journey).toHaveLength(2);
  const rows = [...text('docs/tasks.md').matchAll(/^\| `([a-z-]+)` +\|/gm)].map((match) => match[1]);
  const withTasks = namesIn(catalog.scenariosDir).filter((name) => /task/.test(name));
  expect(rows).toEqual(expect.arrayContaining(withTasks));
});

it.each([
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'docs/ledger.md',
  'docs/journeys.md',
  'docs/tasks.md',
])('%s names only files that are there', (name) => {
  const named = [
    ...text(name).matchAll(
      /`((?:src|infra|scenarios|test|docs|reports\/example)\/[\w./-]*)`|\]\(((?:docs|reports)\/[\w./-]+)\)/g,
    ),
  ];
  const paths = named.map((match) => match[1] ?? match[2] ?? '');
  expect(paths.length).toBeGreaterThan(0);
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

it('ARCHITECTURE.md gives every dependency its reason, and every measure its definition', () => {
  const architecture = text('ARCHITECTURE.md');
  const manifest = JSON.parse(text('package.json')) as Record<'dependencies' | 'devDependencies', object>;
  const packages = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)];
  const short = packages
    .filter((name) => !name.startsWith('@types/'))
    .map((name) => name.replace('@modelcontextprotocol/', ''));
  expect(short.filter((name) => !architecture.includes(name))).toEqual([]);
  const measures: Record<keyof Metrics, true> = {
    session_loss: true,
    state_loss: true,
    availability: true,
    latency_ms: true,
    service_ms: true,
    recovery_ms: true,
    duplicate_execution: true,
    lost_update: true,
    result_loss: true,
    misdelivery: true,
    state_leak: true,
    stream_loss: true,
    stream_duplicate: true,
    stream_leak: true,
    input_loss: true,
    state_forgery: true,
    notification_loss: true,
    notification_duplicate: true,
    notification_leak: true,
    change_delay_ms: true,
    replica_cpu: true,
    replica_rss: true,
    load_skew: true,
    send_lag_ms: true,
    session_recovery_ms: true,
    ready_ms: true,
    handshake_overhead: true,
    generator_health: true,
    task_loss: true,
    result_retention: true,
    work_after_cancel: true,
    premature_handle: true,
    notification_delay_ms: true,
    polls_per_task: true,
    commit_to_known_ms: true,
    repeated_work_ms: true,
  };
  expect(Object.keys(measures).filter((name) => !architecture.includes(`\`${name}\``))).toEqual([]);
});

it('CHANGELOG.md names every fault', () => {
  expect(Object.keys(faults).filter((name) => !text('CHANGELOG.md').includes(`\`${name}\``))).toEqual([]);
});
