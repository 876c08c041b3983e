import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { deploymentText, type Offer, type PlannedTool, scenarioText } from '../../src/init/index.ts';
import { deploymentFile } from '../../src/scenario/deployment-schema.ts';
import { scenarioFile } from '../../src/scenario/scenario-schema.ts';

const facts = { name: 'first', schemaPath: './s.json', runCommand: 'windtunnel run', takesFaults: true };
const tool = (over: Partial<PlannedTool>): PlannedTool => ({
  name: 'echo',
  description: '',
  arguments: {},
  leftOut: undefined,
  ...over,
});
const offer = (...tools: PlannedTool[]): Offer => ({ protocol: '2025-11-25', hasSession: true, tools });

/** What the harness reads in a file: comments are nothing. */
function stepsOf(text: string): unknown {
  const document = parseDocument(text);
  expect(document.errors).toEqual([]);
  const [fill] = scenarioFile.parse(document.toJS()).workload.journey;
  return fill && 'steps' in fill ? fill.steps : undefined;
}

const nasty = [
  'two\nlines\n      - call: evil',
  'carriage\rreturn',
  'next\u0085line \u2028 separator \u2029 paragraph',
  '<script>alert(1)</script> */ --> ]]>',
  '" , "x": "y',
  "' # comment: [ { & * ! | > % @ `",
  'nul \0 bell \x07 escape \x1b[31m delete \x7f',
  'turned \u202e round \u2066 and \ufeff marks',
  '\ud800 half a character',
  '- ---\n...\n%YAML 1.1\n',
  '__proto__',
  'null',
  '~',
  '1e3',
];

describe('what a server says stays what it is', () => {
  it.each(nasty)('as a name and an argument: %j', (text) => {
    const called = tool({ name: text, arguments: { [`${text} `]: [text], text } });
    const written = scenarioText(offer(tool({}), called), facts);
    const steps = stepsOf(written) as { call: string; arguments: unknown }[];
    expect(steps).toEqual([
      { call: 'echo', arguments: {} },
      { call: text, arguments: called.arguments },
    ]);
  });

  it.each(nasty)('as a description, a reason and the name of a tool that is left out: %j', (text) => {
    const written = scenarioText(
      offer(tool({ description: text }), tool({ name: text, description: text, leftOut: text })),
      facts,
    );
    expect(stepsOf(written)).toEqual([{ call: 'echo', arguments: {} }]);
    expect(written.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
  });

  it('cuts what is long', () => {
    const long = 'long '.repeat(1 << 18);
    const written = scenarioText(
      offer(tool({ description: long }), tool({ name: long, leftOut: long })),
      facts,
    );
    expect(Math.max(...written.split('\n').map((line) => line.length))).toBeLessThan(250);
    expect(stepsOf(written)).toHaveLength(1);
  });
});

describe('a scenario file', () => {
  it('calls what is to be called, and shows the rest with the reason', () => {
    const written = scenarioText(
      offer(
        tool({ description: 'Says it again', arguments: { text: 'a' } }),
        tool({
          name: 'drop',
          description: 'Drops all',
          arguments: { table: 'b' },
          leftOut: 'it may change something',
        }),
      ),
      facts,
    );
    expect(stepsOf(written)).toEqual([{ call: 'echo', arguments: { text: 'a' } }]);
    expect(written).toContain(
      '        # Drops all\n        # Not called: it may change something.\n        # - call: "drop"\n        #   arguments: {"table":"b"}\n',
    );
  });

  it('can be made to call what was left out by taking the # away', () => {
    const written = scenarioText(
      offer(tool({}), tool({ name: 'drop', arguments: { a: 1 }, leftOut: 'no' })),
      facts,
    );
    const opened = written.replace('# - call', '- call').replace('#   arguments', '  arguments');
    expect(stepsOf(opened)).toEqual([
      { call: 'echo', arguments: {} },
      { call: 'drop', arguments: { a: 1 } },
    ]);
  });

  it('is small, however many tools there are', () => {
    const many = Array.from({ length: 2000 }, (_, i) => tool({ name: `tool-${i}`, leftOut: 'no room' }));
    const written = scenarioText(offer(tool({}), ...many), facts);
    expect(written).toContain('# … and 1800 more.');
    expect(written.length).toBeLessThan(64 * 1024);
  });
});

describe('a deployment file', () => {
  const read = (text: string) => deploymentFile.parse(parseDocument(text).toJS());
  const about = { name: 'mine', schemaPath: './d.json', headers: {} };

  it('says how a command is run', () => {
    const target = { command: ['node', 'a "b"\n#c'], cwd: '..', env: { PORT: '${port}' }, path: '/mcp' };
    const file = read(deploymentText(offer(), target, about));
    expect(file.routing).toBe('session-affinity');
    expect(file.server).toMatchObject({ ...target, protocol: '2025-11-25' });
  });

  it('routes by no session where there is none', () => {
    const target = { command: ['x'], cwd: '.', env: {}, path: '/mcp' };
    const none: Offer = { protocol: '2026-07-28', hasSession: false, tools: [] };
    expect(read(deploymentText(none, target, about)).routing).toBe('round-robin');
  });

  it('only names one that runs already', () => {
    const headers = { authorization: 'Bearer ${env:TOKEN}' };
    const file = read(deploymentText(offer(), { url: 'http://127.0.0.1:1/mcp' }, { ...about, headers }));
    expect(file).toMatchObject({ server: { url: 'http://127.0.0.1:1/mcp', headers } });
    expect(file.routing).toBeUndefined();
  });
});
