import type { Connection } from '../client/index.ts';
import { monotonicUs, type StopSignal, TimeLimit, valueText } from '../core/index.ts';
import type { ProtocolRevision } from '../record/index.ts';
import { argumentsFor } from './arguments.ts';
import { isObject } from './schema.ts';

/** What a server offers, and which of it a first journey calls. */

export interface Offer {
  protocol: ProtocolRevision;
  hasSession: boolean;
  tools: PlannedTool[];
}

/** A tool as a server offers it; nothing of it but its name is known to be what it should be. */
export type OfferedTool = { name: string } & Readonly<Record<string, unknown>>;

/** A tool, with what it is called with; or why a first journey leaves it out. */
export interface PlannedTool {
  name: string;
  description: string;
  /** Undefined where none could be made. */
  arguments: Record<string, unknown> | undefined;
  /** Undefined: it is called. */
  leftOut: string | undefined;
}

/** As long as a scenario may say it. */
const nameCharsMax = 200;
/** More would make a round of the journey longer than a first run. */
const calledMax = 20;
/** A server may offer any number; what is beyond is said to be there, and not looked at. */
const lookedAtMax = 2000;
const trialTimeoutMs = 2_000;
const triedMax = 40;
/** All schemas together; a server may send any number that each take their time. */
const schemasTimeMs = 10_000;

/**
 * Plans a call of each tool, and tries those that a first journey makes, once each: one that cannot succeed (a file
 * that is not there, a question to the user) would make the first run a failure of nobody.
 * @param connection open, and of the revision that the server speaks.
 */
export async function planTools(
  offered: readonly OfferedTool[],
  connection: Connection,
  signal: StopSignal,
): Promise<PlannedTool[]> {
  const planned: PlannedTool[] = [];
  const names = new Set<string>();
  const untilUs = monotonicUs() + schemasTimeMs * 1000;
  let called = 0;
  let tried = 0;
  for (const tool of offered.slice(0, lookedAtMax)) {
    if (names.has(tool.name)) continue;
    names.add(tool.name);
    const plan = planTool(tool, monotonicUs() < untilUs);
    if (plan.leftOut === undefined) plan.leftOut = roomless(called, tried);
    if (plan.leftOut === undefined) {
      tried += 1;
      plan.leftOut = await tryOnce(connection, plan, signal);
      if (plan.leftOut === undefined) called += 1;
    }
    planned.push(plan);
  }
  return planned;
}

function roomless(called: number, tried: number): string | undefined {
  if (called >= calledMax) return `the journey has ${calledMax} calls already`;
  return tried >= triedMax ? `${triedMax} tools have been tried already` : undefined;
}

function planTool(
  { name, description, inputSchema, annotations }: OfferedTool,
  hasTime: boolean,
): PlannedTool {
  const made = hasTime ? argumentsFor(inputSchema) : { why: 'the schemas before it took too long to check' };
  const plan = {
    name,
    description: typeof description === 'string' ? description : '',
    arguments: 'arguments' in made ? made.arguments : undefined,
  };
  const leave = (leftOut: string): PlannedTool => ({ ...plan, leftOut });
  if (name === '' || name.length > nameCharsMax) {
    return leave(`a scenario names a tool with 1 to ${nameCharsMax} characters`);
  }
  if (name.includes('${')) return leave('its name holds ${…}, which a scenario fills in');
  if ('why' in made) return leave(made.why);
  if (!isObject(annotations) || annotations.readOnlyHint !== true) {
    return leave('its annotations do not say readOnlyHint: true, so it may change something');
  }
  return { ...plan, leftOut: undefined };
}

/** Why a call of it does not succeed, in the server's words; undefined if it does. */
async function tryOnce(
  connection: Connection,
  plan: PlannedTool,
  signal: StopSignal,
): Promise<string | undefined> {
  using limit = new TimeLimit(signal, trialTimeoutMs);
  const call = { tool: plan.name, arguments: plan.arguments ?? {}, opId: 'init' };
  const answer = await connection.call(call, limit);
  if (answer.outcome !== 'ok') {
    const { kind, message } = answer.failure;
    return kind === 'timeout'
      ? `tried with these arguments, it had not answered after ${trialTimeoutMs / 1000} s`
      : `tried with these arguments, it failed: ${message || kind}`;
  }
  if (!answer.value.isError) return undefined;
  const [first] = answer.value.content;
  return `tried with these arguments, it said: ${valueText(isObject(first) ? first.text : first, 1000)}`;
}
