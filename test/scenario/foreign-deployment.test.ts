import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { HarnessError } from '../../src/core/index.ts';
import {
  draftPlan,
  foreignServerOf,
  makePlan,
  type PlanRequest,
  settledPlan,
} from '../../src/scenario/index.ts';
import { catalog, request } from '../support/plan.ts';

const folder = mkdtempSync(join(tmpdir(), 'windtunnel-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const head = 'name: mine\ndescription: a server of somebody else\n';

function draft(yaml: string, changes: Partial<PlanRequest> = {}) {
  const path = join(folder, 'mine.yaml');
  writeFileSync(path, head + yaml);
  return draftPlan(request({ deployments: [path], ...changes }), catalog);
}

/** Without the faults that only a server of ours can take. */
const steady = { scenarios: ['steady'] };

function refused(yaml: string): string {
  try {
    draft(yaml);
  } catch (error) {
    expect((error as HarnessError).code).toBe('usage');
    return (error as HarnessError).message.replaceAll(`${folder}/`, '');
  }
  throw new Error('the file was accepted');
}

describe('a server of somebody else in a deployment file', () => {
  it('is a command, with every default filled in and its folder found from the file', () => {
    const [deployment] = draft(
      'server:\n  command: [node, "server.js", "--port", "${port}"]\n  cwd: sub\n',
    ).deployments;
    expect(deployment).toMatchObject({
      state: 'unknown',
      routing: 'round-robin',
      replicas: 3,
      protocol: 'auto',
    });
    expect(deployment && foreignServerOf(deployment)).toEqual({
      command: ['node', 'server.js', '--port', '${port}'],
      cwd: join(folder, 'sub'),
      env: {},
      headers: {},
      ledger: false,
      path: '/mcp',
      protocol: 'auto',
      ready: { within: '20s' },
    });
  });

  it('is an address, whose path it keeps', () => {
    const [deployment] = draft('server: {url: "http://127.0.0.1:3000"}\n', steady).deployments;
    expect(deployment).toMatchObject({ routing: 'none', replicas: 1 });
    expect(deployment && foreignServerOf(deployment)).toMatchObject({
      url: 'http://127.0.0.1:3000/mcp',
      path: '/mcp',
    });
    const [other] = draft('server: {url: "http://127.0.0.1:3000/a/b?c=d"}\n', steady).deployments;
    expect(other && foreignServerOf(other)).toMatchObject({
      url: 'http://127.0.0.1:3000/a/b?c=d',
      path: '/a/b',
    });
  });

  it('speaks the revision that was found, or that the file says', () => {
    const asked = draft('server: {command: [x]}\n');
    const settled = settledPlan(asked, new Map([['mine', '2026-07-28']]));
    expect(settled.deployments[0]?.protocol).toBe('2026-07-28');
    expect(() => settledPlan(asked)).toThrow('mine was not asked');
    const said = draft('server: {command: [x], protocol: "2025-11-25"}\n');
    expect(settledPlan(said).deployments[0]?.protocol).toBe('2025-11-25');
  });

  it('gives a store of ours nothing to do', () => {
    expect(() =>
      draft('server: {command: [x]}\nstate: shared\n', { sharedStore: { store: 'redis' } }),
    ).toThrow('--store redis: no deployment would use it');
  });
});

describe('is refused with line, key and what is allowed', () => {
  it.each([
    ['server: {}', 'mine.yaml:3: server: needs one of command, image, url; there is none'],
    ['server: {command: [x], url: "http://localhost/mcp"}', 'there are command and url'],
    [
      'server: nonsense',
      'mine.yaml:3: server: allowed: stateful-v2, stateful-v1, stateless-v2, or a mapping with one of command,',
    ],
    ['server: [node]', 'server: allowed: stateful-v2, stateful-v1, stateless-v2, or a mapping'],
    ['server: {command: node server.js}', 'server.command: must be a list'],
    ['server: {command: []}', 'server.command: '],
    [
      'server: {comand: [x]}',
      'server.comand: unknown key; allowed here: command, cwd, image, port, url, env,',
    ],
    [
      'server: {command: [x, "${prot}"]}',
      'server.command[1]: ${prot} is nothing that is known here; allowed: ${port},',
    ],
    ['server: {command: [x], port: 1}', 'server.port: has no meaning with command; it belongs to image'],
    ['server: {image: x}', 'server.port: is missing; needs the port it listens on within its container'],
    ['server: {image: x, port: 1, cwd: y}', 'server.cwd: has no meaning with image'],
    [
      'server: {command: [x], protocol: "2024-11-05"}',
      'server.protocol: allowed: auto, 2025-11-25, 2026-07-28',
    ],
    [
      'server: {command: [x], headers: {Mcp-Session-Id: y}}',
      'server.headers.Mcp-Session-Id: is set by the client',
    ],
    ['server: {command: [x], headers: {"a b": y}}', "the key must be a header's name"],
    [
      'server: {command: [x], headers: {a: "b\\r\\nc: d"}}',
      'server.headers.a: must be printable ASCII on one line',
    ],
    ['server: {command: [x], ready: {output: "("}}', 'server.ready.output: must be a regular expression'],
    ['server: {command: [x], ready: {path: /a, output: b}}', 'server.ready: needs one of path, output'],
    [
      'server: {command: [x], protocol: "2026-07-28"}\nrouting: session-affinity',
      'the server has no sessions to route by; allowed: round-robin, task-affinity,',
    ],
    [
      'server: {command: [x], protocol: "2025-11-25"}\nrouting: task-affinity',
      'the server has no Mcp-Name to route by; allowed: round-robin, session-affinity,',
    ],
    ['server: {url: "127.0.0.1:3000"}', 'server.url: must be an address such as http://'],
    [
      'server: {url: ["http://127.0.0.1:3000/mcp", "http://127.0.0.1:3001/mcp"]}',
      'server.url: must be one address; of several servers each is a deployment of its own',
    ],
    ['server: {url: 3000}', 'server.url: must be a string'],
    ['server: {url: "ws://127.0.0.1:3000"}', 'server.url: ws:// cannot be asked; allowed: http://, https://'],
    ['server: {url: "http://a:b@127.0.0.1/"}', 'server.url: must hold neither user nor password'],
    ['server: {url: "http://127.0.0.1/#x"}', 'server.url: must have no #fragment'],
    ['server: {url: "http://127.0.0.1/a", path: /b}', 'server.path: is there twice'],
    ['server: {url: "http://127.0.0.1/a"}\nrouting: hash', 'routing: has no meaning with url'],
    ['server: {url: "http://127.0.0.1/a"}\nreplicas: 2', 'replicas: has no meaning with url'],
    ['server: stateless-v2\nrouting: hash', 'state: of stateless-v2 must be said; allowed: memory, shared'],
    ['server: stateless-v2\nstate: shared', 'routing: is missing; allowed: round-robin,'],
  ])('%s', (yaml, message) => {
    expect(refused(`${yaml}\n`)).toContain(message);
  });

  it('and does not repeat a password', () => {
    expect(refused('server: {url: "http://a:geheim@127.0.0.1/"}\n')).not.toContain('geheim');
  });

  it('while plans of reference servers need no asking', () => {
    expect(makePlan(request(), catalog).deployments[0]?.protocol).toBe('2026-07-28');
  });
});
