// `npm run survey`: what servers that nobody here wrote do when their replicas come and go, written to docs/servers.md.
// It is no test: it takes minutes, and its figures are of this machine. `-- --only name,name` surveys some of them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type ForeignName, foreignNames, missingProgram } from '../../infra/foreign/prepare.ts';
import { wallClockIso } from '../../src/core/index.ts';
import { observe } from './observe.ts';
import { type Surveyed, surveyText } from './page.ts';
import { compare, stopRun, survive } from './runs.ts';
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

const folder = mkdtempSync(join(tmpdir(), 'windtunnel-survey-'));
process.once('SIGINT', () => void stopRun().finally(() => process.exit(130)));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const beside = reference();
const surveyed: Surveyed[] = [await survey(beside)];
for (const name of wanted as ForeignName[]) {
  const subject = await foreignSubject(name);
  const one = await survey(subject);
  process.stderr.write(`${name}: against the reference server …\n`);
  const [own, other] = await compare(subject, beside, folder);
  surveyed.push({ ...one, speed: { own, reference: other } });
}
const path = fileURLToPath(new URL('../../docs/servers.md', import.meta.url));
writeFileSync(path, surveyText(surveyed, { on: wallClockIso().slice(0, 10), machine: machine() }));
process.stderr.write(`written: ${path}\n`);

async function survey(subject: Subject): Promise<Surveyed> {
  process.stderr.write(`${subject.name}: asked directly …\n`);
  const seen = await observe(subject);
  process.stderr.write(`${subject.name}: three replicas, restarted, killed, joined …\n`);
  return { subject, seen, survived: await survive(subject, folder) };
}
