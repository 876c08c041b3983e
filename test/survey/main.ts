// `npm run survey`: what servers that nobody here wrote do when their replicas come and go, written to docs/servers.md.
// It is no test: it takes minutes, and its figures are of this machine. `-- --only name,name` surveys some of them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type ForeignName, foreignNames, missingProgram } from '../../infra/foreign/prepare.ts';
import { wallClockIso } from '../../src/core/index.ts';
import { containerEngine } from '../support/requirements.ts';
import { type Observations, observe } from './observe.ts';
import { type Surveyed, surveyText } from './page.ts';
import { type Backend, graceMs, stopRun, survive } from './runs.ts';
import { compare } from './speed.ts';
import { foreignSubject, machine, reference, type Subject } from './subjects.ts';

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const wanted = values.only?.split(',') ?? foreignNames;
const unknown = wanted.find((name) => !foreignNames.includes(name as ForeignName));
if (unknown !== undefined) {
  process.stderr.write(`--only ${unknown}: must be of ${foreignNames.join(', ')}\n`);
  process.exit(64);
}
const missing = (wanted as ForeignName[]).flatMap((name) => missingProgram(name) ?? []);
if (missing.length > 0) {
  process.stderr.write(`not on this machine: ${missing.join(', ')}; \`-- --only\` surveys the others\n`);
  process.exit(70);
}

/** What an engine takes to make a container and to start it. */
const containerMs = 700;
/** What a server without a call under way takes to end. */
const endMs = 500;

const folder = mkdtempSync(join(tmpdir(), 'windtunnel-survey-'));
process.once('SIGINT', () => void stopRun().finally(() => process.exit(130)));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const engine = await containerEngine();
const beside = reference(engine);
const others: Subject[] = [];
for (const name of wanted as ForeignName[]) others.push(await foreignSubject(name, engine));

tell('all: as many calls as they can take …');
const [loadBefore = 0] = loadavg();
const speeds = await compare(others, beside, folder);
const path = fileURLToPath(new URL('../../docs/servers.md', import.meta.url));
const command = ['npm run survey', ...(values.only === undefined ? [] : [`--only ${values.only}`])].join(
  ' -- ',
);
const about = { on: wallClockIso().slice(0, 10), machine: machine(), command, loadBefore };
const surveyed: Surveyed[] = [];
for (const subject of [beside, ...others]) {
  surveyed.push(await survey(subject));
  // After each, so that a survey that is broken off leaves what it has seen.
  writeFileSync(path, surveyText(surveyed, about));
}
tell(`written: ${path}`);

async function survey(subject: Subject): Promise<Surveyed> {
  tell(`${subject.name}: asked directly …`);
  const seen = await observe(subject);
  const survived = [];
  const backends: Backend[] = 'not' in subject.contained ? ['process'] : ['process', 'container'];
  for (const backend of backends) {
    tell(`${subject.name}: three replicas as ${backend}, restarted, killed, joined …`);
    survived.push(...(await survive(subject, backend, oneRestartMs(seen, backend), folder)));
  }
  return { subject, seen, survived, speed: speeds.get(subject.name) };
}

/** What the restart of one replica takes, if it takes at most twice as long beside others as it did alone. */
function oneRestartMs({ startMs, drain }: Observations, backend: Backend): number {
  if (backend === 'process') return endMs + 2 * startMs;
  // What a signal ended by default, as a process, does not hear it as the first process of a container.
  return (drain.how === 'SIGTERM' ? graceMs : endMs) + containerMs + 2 * startMs;
}

function tell(what: string): void {
  process.stderr.write(`${what}\n`);
}
