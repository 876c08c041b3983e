import { parseDocument } from 'yaml';
import { jsonOf } from '../core/index.ts';
import type { Offer, PlannedTool } from './offer.ts';
import { comment, commentText, quoted } from './text.ts';

/** The scenario file of a first run, in which each line says what it is for. */

const describedMax = 100;
/** Tools that are written but not called; of more than that a file says only how many there are. */
const leftOutMax = 200;
const indent = '        ';

export interface ScenarioFacts {
  name: string;
  /** Path of the scenarios' JSON Schema, relative to the file. */
  schemaPath: string;
  /** How it is run, for the comment. */
  runCommand: string;
  /** Whether replicas are ours to restart. */
  takesFaults: boolean;
}

export function scenarioText(offer: Offer, facts: ScenarioFacts): string {
  const { called, leftOut } = sorted(offer.tools);
  return [
    `# yaml-language-server: $schema=${facts.schemaPath}`,
    '# A first scenario, written by `windtunnel init`. Run it with',
    `#   ${commentText(facts.runCommand, 1000)}`,
    `name: ${facts.name}`,
    'question: What do clients of this server lose while nothing happens to it?',
    '# How long calls are made; shares such as 20% below are of this.',
    'duration: 10s',
    '',
    'workload:',
    '  # Clients that arrive, each with a session of its own where the server keeps sessions.',
    '  sessions: 5',
    '  # Calls per second of all clients together, whatever the server does (open loop). Start low.',
    '  rate: 20/s',
    '  arrivals: { over: 20% } # at random times within the first fifth',
    '  # A call without an answer that long after it was due has failed.',
    '  deadline: 2s',
    '  policy:',
    '    unknownSession: reinitialize # a client whose session is lost opens another, as the specification asks',
    '    unknownOutcome: give-up # a call that may have been carried out is not sent again',
    '  # What each client does, in order.',
    '  journey:',
    '    - repeat: fill # as often as fits into the time of the client',
    '      steps:',
    ...(called.length > 0
      ? called.flatMap(calledLines)
      : comment(['Nothing is called yet: make one of the calls below a step.'], indent)),
    ...leftOutLines(leftOut),
    '',
    ...faultLines(facts.takesFaults),
    '',
    '# What is expected; the run passes if it is so.',
    'expect:',
    '  all:',
    '    # Calls that were answered in time and without an error, of all that were intended.',
    '    availability:',
    '      min: 0.99',
    '      because: Nothing happens to the server.',
    '',
  ].join('\n');
}

interface Sorted {
  called: PlannedTool[];
  leftOut: PlannedTool[];
}

/** What cannot be written so that it is read as it was meant is left out, whatever else is true of it. */
function sorted(tools: readonly PlannedTool[]): Sorted {
  const checked = tools.map((tool) =>
    tool.leftOut !== undefined || isReadBack(tool)
      ? tool
      : { ...tool, leftOut: 'its name or arguments cannot be written in YAML' },
  );
  return {
    called: checked.filter((tool) => tool.leftOut === undefined),
    leftOut: checked.filter((tool) => tool.leftOut !== undefined),
  };
}

function isReadBack({ name, arguments: args }: PlannedTool): boolean {
  const document = parseDocument(stepLines({ name, arguments: args }).join('\n'));
  if (document.errors.length > 0) return false;
  const [step] = document.toJS() as [{ call: unknown; arguments: unknown }];
  return step.call === name && jsonOf(step.arguments ?? {}) === jsonOf(args ?? {});
}

function stepLines({ name, arguments: args = {} }: Pick<PlannedTool, 'name' | 'arguments'>): string[] {
  const lines = [`- call: ${quoted(name)}`];
  if (Object.keys(args).length > 0) lines.push(`  arguments: ${quoted(args)}`);
  return lines;
}

function calledLines(tool: PlannedTool): string[] {
  return [...describedLines(tool), ...stepLines(tool).map((line) => indent + line)];
}

function describedLines({ description }: PlannedTool): string[] {
  const text = commentText(description, describedMax);
  return text === '' ? [] : comment([text], indent);
}

function leftOutLines(tools: readonly PlannedTool[]): string[] {
  const shown = tools.slice(0, leftOutMax);
  const lines = shown.flatMap((tool) => [
    '',
    ...describedLines(tool),
    ...comment([`Not called: ${commentText(tool.leftOut ?? '', 200)}.`.replace(/\.\.$/, '.')], indent),
    ...comment(tool.name.length > 200 ? [`- call: ${commentText(tool.name, 100)}`] : stepLines(tool), indent),
  ]);
  if (tools.length > shown.length)
    lines.push('', ...comment([`… and ${tools.length - shown.length} more.`], indent));
  return lines;
}

function faultLines(takesFaults: boolean): string[] {
  if (!takesFaults) {
    return comment(
      ['Nothing can happen to a server that is only asked: it is not ours to restart or to kill.'],
      '',
    );
  }
  return [
    '# What happens to the replicas, and when; for example:',
    '# faults:',
    '#   - { at: 40%, fault: crash } # SIGKILL, and a new replica takes its place',
    '#   - { at: 70%, fault: restart } # out of the balancer, SIGTERM, and a new one',
  ];
}
