import { findings } from './findings.ts';
import type { Observations } from './observe.ts';
import { graceMs, replicas, type Survived, sessions } from './runs.ts';
import { type Compared, load, repeats, type Speed } from './speed.ts';
import type { Subject } from './subjects.ts';
import { departures, survivalTable } from './survival.ts';
import { answerOf, isAnswered, table, versionsOf } from './words.ts';

/** What was observed, as a page of Markdown. Nothing on it is written by hand. */

export interface Surveyed {
  subject: Subject;
  seen: Observations;
  survived: Survived[];
  /** The reference server has none of its own. */
  speed: Compared | undefined;
}

export interface About {
  on: string;
  machine: string;
  command: string;
  /** The machine's load average when the measuring of speeds began: what else it had to do. */
  loadBefore: number;
}

export function surveyText(
  surveyed: readonly Surveyed[],
  { on, machine, command, loadBefore }: About,
): string {
  return [
    '# Servers that nobody here wrote',
    '',
    `Written by \`${command}\` on ${on} (${machine}); nothing here is written by hand. Each server is written as its own`,
    'documentation writes one (`infra/foreign/`), with its default settings, and nothing in front of it that would hide what it does.',
    'The row *reference* is a server of this project, measured in the same way.',
    '',
    '## One process, asked directly',
    '',
    'The session that is unknown is one that the process before had opened: what a client asks for after a restart.',
    '',
    ...table(surveyed, [
      ['server', ({ subject }) => `**${subject.name}**<br>${subject.version}`],
      ['unknown session', ({ seen }) => answerOf(seen.unknownSession)],
      ['SIGTERM while it answers a call', ({ seen }) => drainOf(seen)],
      ['sessionless mode', ({ seen }) => sessionlessOf(seen)],
      ['2026-07-28', ({ seen }) => modernOf(seen)],
    ]),
    '',
    `## ${replicas} replicas: sessions lost, of those opened`,
    '',
    `${sessions} clients, each with a session that it goes on calling, in 2025-11-25; a client whose session is lost opens another.`,
    'After the semicolon is how many of the intended calls ended well: the bare attempts, then with what the client did to recover.',
    `A restart sends SIGTERM, and SIGKILL to what is still there after ${graceMs / 1000} s. A run goes on until the fault is over and every`,
    'session has been asked after it, so it is as long as the server needs; a cell in which that failed says so. Under rotation',
    'sessions in memory cannot work with any server: availability there says little of this one.',
    '',
    ...survivalTable(surveyed),
    '',
    ...departures(surveyed),
    '',
    '## Speed, as processes with affinity',
    '',
    `Beside the reference server in the same experiment: ${load.duration.replace('s', ' s')}, ${repeats} times each in alternating order, the median. Servers, balancer and load`,
    'share the cores of one machine, so the ratio tells more than the figure, and a ratio near 1 may be the limit of the machine.',
    `When this began the machine had a load average of ${loadBefore.toFixed(1)}: much above 0, other work disturbed it, and the p99 most of all.`,
    '',
    ...table(
      surveyed.filter(({ speed }) => speed !== undefined),
      [
        ['server', ({ subject }) => `**${subject.name}**`],
        [
          `calls per second, ${load.sessions} clients in a closed loop`,
          ({ speed }) => beside(speed, ({ perSecond }) => perSecond, ''),
        ],
        [
          `p99 of a call from when it was sent, at ${load.rate.replace('/s', '')} calls per second`,
          ({ speed }) => beside(speed, ({ p99Ms }) => p99Ms, ' ms'),
        ],
      ],
    ),
    '',
    '## What is wrong, and the exchange that shows it',
    '',
    ...surveyed.flatMap(findings),
  ].join('\n');
}

function beside(speed: Compared | undefined, read: (speed: Speed) => number | null, unit: string): string {
  if (speed === undefined) return '';
  const [own, other] = [read(speed.own), read(speed.reference)];
  if (own === null || other === null || other === 0) return 'unknown';
  return `${figure(own)}${unit}, reference ${figure(other)}${unit}: × ${(own / other).toFixed(2)}`;
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}

function drainOf({ drain }: Observations): string {
  const call = isAnswered(drain.inFlight)
    ? 'answered'
    : `cut (${drain.inFlight.broken ?? answerOf(drain.inFlight)})`;
  const end =
    drain.endedMs === undefined
      ? 'does not end within 10 s'
      : `ends after ${(drain.endedMs / 1000).toFixed(1)} s (${drain.how})`;
  return `${call}; ${end}`;
}

function sessionlessOf({ sessionless }: Observations): string {
  if (sessionless === 'no such mode') return 'none';
  return sessionless.works ? 'yes' : `does not work: ${answerOf(sessionless.asked)}`;
}

function modernOf({ modern, sessionless }: Observations): string {
  if (modern.works) return 'yes';
  const free = sessionless !== 'no such mode' && isAnswered(sessionless.modern);
  const named = versionsOf(modern.discover);
  const discover = named === undefined ? answerOf(modern.discover) : `names ${named.join(', ')}`;
  const no = `\`server/discover\` ${discover}; \`tools/call\` ${answerOf(modern.called)}`;
  return free ? `only in its sessionless mode; else: ${no}` : `no: ${no}`;
}
