import { closestName, HarnessError, redactor, revealed, secretNames, secretsOf } from '../core/index.ts';
import type { ProtocolRevision } from '../record/index.ts';
import {
  callsOf,
  type DeploymentDraft,
  type ForeignServer,
  foreignServerOf,
  type PlanDraft,
} from '../scenario/index.ts';
import { type Learned, learnServer, type ServerOffer } from '../topology/index.ts';
import type { Backend } from './backend.ts';
import type { Output } from './output.ts';
import { allowedAddress, refuseHighRate, type TargetOptions } from './targets.ts';

/** What was found out about the servers of others before anything of a run started. */
export interface Rehearsed {
  /** Which revision each speaks, by deployment. */
  protocols: ReadonlyMap<string, ProtocolRevision>;
  /** What the host of each `url` stands for, by deployment; no other address is connected to. */
  addresses: ReadonlyMap<string, string>;
}

/** How long a server that runs already may take to answer all that it is asked. */
const answerTimeoutMs = 15_000;

/**
 * Meets every server of others once, before anything of a run starts: what is wrong with one is said now, in one
 * message, and nothing is left behind.
 * @throws HarnessError `usage` for what the user has to change, `server` for one that cannot be brought up.
 */
export async function rehearse(
  draft: PlanDraft,
  backend: Backend,
  targets: TargetOptions,
  output: Output,
  signal: AbortSignal,
): Promise<Rehearsed> {
  const protocols = new Map<string, ProtocolRevision>();
  const addresses = new Map<string, string>();
  const foreign = draft.deployments.flatMap((deployment) => {
    const server = foreignServerOf(deployment);
    return server ? [{ deployment, server }] : [];
  });
  // First what needs no server: all of it is the command line's or the environment's.
  for (const { deployment, server } of foreign) {
    secretsOf(server, process.env, `server of ${deployment.name}`);
    warnOfArguments(deployment, server, output);
    if (server.url === undefined) continue;
    const { address, isOurs } = await allowedAddress(deployment.name, server.url, targets);
    if (!isOurs) refuseHighRate(deployment, draft.scenarios, targets);
    addresses.set(deployment.name, address);
  }
  for (const { deployment, server } of foreign) {
    const learned = await meet(deployment, server, addresses.get(deployment.name), backend, signal);
    if ('why' in learned) throw unusable(deployment, server, learned.why);
    const { offer } = learned;
    refuseMissingTools(deployment, offer, draft);
    refuseAffinity(deployment, offer);
    if (offer.protocol === '2025-11-25' && offer.negotiated !== offer.protocol) {
      output.note(
        `${deployment.name} speaks ${offer.negotiated}, and is spoken to in that; it is judged as 2025-11-25, whose sessions and calls are the same.`,
      );
    }
    protocols.set(deployment.name, offer.protocol);
  }
  return { protocols, addresses };
}

/** What a program is started with, every user of the machine can read; what its environment holds, only its own. */
function warnOfArguments({ name }: DeploymentDraft, { command }: ForeignServer, output: Output): void {
  const names = secretNames(command).map((one) => `\${env:${one}}`);
  if (names.length === 0) return;
  output.note(
    `${name}: ${names.join(', ')} in \`command\` can be read by every user of this machine while the server runs (ps); in \`env\` it cannot.`,
  );
}

function meet(
  deployment: DeploymentDraft,
  server: ForeignServer,
  address: string | undefined,
  backend: Backend,
  signal: AbortSignal,
): Promise<Learned> {
  if (server.url === undefined) return backend.tryOut(deployment, signal);
  const access = { headers: revealed(server.headers, process.env, 'server.headers'), address };
  return learnServer(
    server.url,
    deployment.protocol,
    access,
    AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]),
  );
}

function unusable(deployment: DeploymentDraft, server: ForeignServer, why: string): HarnessError {
  const clean = redactor(secretsOf(server, process.env, 'server'));
  const where = server.url ?? 'the server';
  return new HarnessError('server', clean(`${deployment.name}: ${where} cannot be used: ${why}`), {
    hint: 'It must answer MCP over Streamable HTTP at that path; `path`, `headers` and `protocol` of the deployment file say how it is asked.',
  });
}

/** A tool that is not there would fail every call, and be measured as the server's failing. */
function refuseMissingTools(
  { name }: DeploymentDraft,
  { tools }: ServerOffer,
  { scenarios }: PlanDraft,
): void {
  const offered = tools.map((tool) => tool.name);
  for (const scenario of scenarios) {
    const missing = callsOf(scenario.workload.journey).find(({ call }) => !offered.includes(call));
    if (missing === undefined) continue;
    const meant = closestName(missing.call, offered);
    const guess = meant === undefined ? '' : `; did you mean ${meant}?`;
    const known = offered.length === 0 ? 'It offers no tools.' : `Its tools: ${listed(offered)}.`;
    throw new HarnessError(
      'usage',
      `${name} has no tool ${missing.call}, which the journey of ${scenario.name} calls${guess}`,
      { hint: `${known} Change the journey of the scenario, or take another scenario.` },
    );
  }
}

const listedMax = 20;

function listed(names: readonly string[]): string {
  const shown = names.slice(0, listedMax).map((name) => name.slice(0, 100));
  return names.length > shown.length
    ? `${shown.join(', ')} and ${names.length - shown.length} more`
    : shown.join(', ');
}

/** Nothing in its requests says where they belong. */
function refuseAffinity({ name, routing }: DeploymentDraft, { protocol }: ServerOffer): void {
  if (routing === 'task-affinity' && protocol === '2025-11-25') {
    throw new HarnessError('usage', `${name} speaks 2025-11-25, which has no Mcp-Name to route by`, {
      hint: 'Set `routing` to round-robin, session-affinity, hash or consistent-hash, or `protocol` to 2026-07-28 if it speaks that too.',
    });
  }
  if (routing !== 'session-affinity' || protocol !== '2026-07-28') return;
  throw new HarnessError('usage', `${name} speaks 2026-07-28, which has no sessions to route by`, {
    hint: 'Set `routing` to round-robin, task-affinity, hash or consistent-hash, or `protocol` to 2025-11-25 if it speaks that too.',
  });
}
