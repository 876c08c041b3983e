import { basename, join, relative, resolve } from 'node:path';
import { wireConnector } from '../client/index.ts';
import { exitCodes, HarnessError, interrupted, redactor, revealed, secretsOf } from '../core/index.ts';
import { deploymentText, type Offer, planTools, scenarioText, type Target } from '../init/index.ts';
import { type DeploymentDraft, draftForeign, foreignServerOf, portPlaceholder } from '../scenario/index.ts';
import { learnServer, type ServerAccess } from '../topology/index.ts';
import { refuseExisting, writeNew } from './init-files.ts';
import type { InitOptions } from './init-options.ts';
import { fold, type Output } from './output.ts';
import { checkTemporaryFolder } from './output-folder.ts';
import { packageRoot } from './package-info.ts';
import { allowedAddress } from './targets.ts';
import { withProcess } from './try-out.ts';

const name = 'my-server';
const scenarioName = 'first-run';
const files = { deployment: 'deployment.yaml', scenario: 'scenario.yaml' };
/** How long a server may take to say what it offers, all pages of it. */
const answerTimeoutMs = 15_000;

/**
 * `windtunnel init`: asks a server what it offers, and writes a scenario and a deployment file that run at once.
 * @throws HarnessError `usage` for files that are there already and for a server that offers nothing to call,
 * `server` for one that cannot be started or asked.
 */
export async function initCommand(
  options: InitOptions,
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  const folder = resolve(options.out);
  refuseExisting(folder, Object.values(files));
  const target = targetOf(options, folder);
  const draft = draftForeign(
    name,
    { ...asGiven(target), headers: options.headers, ...pathOf(options) },
    folder,
  );
  const server = foreignServerOf(draft);
  const clean = redactor(secretsOf(server, process.env, 'init'));
  const offer = await learn(draft, options, signal);
  if (signal.aborted) throw interrupted(signal);
  const runCommand = runCommandOf(options);
  const schema = (path: string) => relative(folder, join(packageRoot, path));
  writeNew(folder, {
    [files.deployment]: deploymentText(offer, server?.url === undefined ? target : { url: server.url }, {
      name,
      schemaPath: schema('infra/deployments/deployment.schema.json'),
      headers: options.headers,
    }),
    [files.scenario]: clean(
      scenarioText(offer, {
        name: scenarioName,
        schemaPath: schema('scenarios/scenario.schema.json'),
        runCommand,
        takesFaults: !('url' in target),
      }),
    ),
  });
  output.out(summary(offer, options.out, runCommand, output.columns));
  return exitCodes.ok;
}

/** As it stands in the file. */
function targetOf({ target, path = '/mcp' }: InitOptions, folder: string): Target {
  if ('url' in target) return target;
  const { command } = target;
  const env = command.some((word) => word.includes(portPlaceholder)) ? {} : { PORT: portPlaceholder };
  return { command, cwd: relative(folder, process.cwd()) || '.', env, path };
}

/** A file's lists may be changed, ours may not. */
function asGiven(target: Target) {
  return 'url' in target ? target : { ...target, command: [...target.command], env: { ...target.env } };
}

/** Of an address only what was given: it has a path of its own. */
function pathOf({ target, path }: InitOptions): { path?: string } {
  return 'url' in target && path !== undefined ? { path } : {};
}

async function learn(draft: DeploymentDraft, options: InitOptions, signal: AbortSignal): Promise<Offer> {
  const server = foreignServerOf(draft);
  if (server?.url !== undefined) {
    const { address } = await allowedAddress(name, server.url, { ...options, highRate: false });
    const headers = revealed(server.headers, process.env, 'init');
    return await offerOf(draft, server.url, { headers, address }, signal);
  }
  checkTemporaryFolder();
  try {
    return await withProcess(draft, signal, (url, access) => offerOf(draft, url, access, signal));
  } catch (error) {
    throw withPortHint(error, options);
  }
}

/** A command that was not told its port is told by the environment, which not every server heeds. */
function withPortHint(error: unknown, { target }: InitOptions): unknown {
  const isServer = error instanceof HarnessError && error.code === 'server';
  if (!isServer || 'url' in target || target.command.some((word) => word.includes(portPlaceholder)))
    return error;
  const hint = `Its port was in the variable PORT; if it takes that elsewhere, write '${portPlaceholder}' there: \`windtunnel init -- ${basename(target.command[0] ?? '')} … --port '${portPlaceholder}'\`.`;
  return new HarnessError('server', error.message, { hint, cause: error });
}

async function offerOf(
  draft: DeploymentDraft,
  url: string,
  access: ServerAccess,
  signal: AbortSignal,
): Promise<Offer> {
  const stop = AbortSignal.any([signal, AbortSignal.timeout(answerTimeoutMs)]);
  const learned = await learnServer(url, draft.protocol, access, stop);
  if ('why' in learned) throw unusable(url, learned.why);
  const { protocol, tools } = learned.offer;
  if (tools.length === 0) {
    throw new HarnessError('usage', `${url} offers no tools`, {
      hint: 'A journey calls tools; name a server that has some.',
    });
  }
  await using connector = wireConnector(url, protocol, access);
  let requests = 0;
  const connection = connector.connect({
    nextRequestId: () => {
      requests += 1;
      return `init-${requests}`;
    },
    turnAround: async () => {},
  });
  const opened = await connection.open(stop);
  if (opened.outcome !== 'ok') throw unusable(url, opened.failure.message || opened.failure.kind);
  const planned = await planTools(tools, connection, signal);
  await connection.close(AbortSignal.timeout(answerTimeoutMs));
  return { protocol, hasSession: opened.value.sessionId !== null, tools: planned };
}

function unusable(url: string, why: string): HarnessError {
  return new HarnessError('server', `${url} cannot be asked what it offers: ${why}`, {
    hint: 'It must answer MCP over Streamable HTTP at that path; --path and --header say how it is asked.',
  });
}

function runCommandOf({ out, allowedHosts }: InitOptions): string {
  const allow = allowedHosts.length === 0 ? '' : ` --allow-host ${allowedHosts.join(',')}`;
  const [scenario, deployment] = [join(out, files.scenario), join(out, files.deployment)].map(quoteForShell);
  return `windtunnel run ${scenario} --deployment ${deployment}${allow}`;
}

function quoteForShell(word: string): string {
  // A name without a folder would be looked for among those of the package.
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function summary(offer: Offer, out: string, runCommand: string, columns: number): string {
  const called = offer.tools.filter(({ leftOut }) => leftOut === undefined).length;
  const sessions = offer.hasSession ? 'with sessions' : 'without sessions';
  const lines = [
    `It speaks ${offer.protocol} ${sessions} and offers ${offer.tools.length} tools; ${called} of them are called.`,
    `Written: ${join(out, files.deployment)} and ${join(out, files.scenario)}`,
  ];
  const next =
    called === 0
      ? 'Nothing is called yet: no tool that says readOnlyHint: true could be. Make one of the calls in the scenario a step, and then run'
      : 'Run it with';
  return [...[...lines, next].map((line) => fold(line, columns)), `  ${runCommand}`].join('\n');
}
