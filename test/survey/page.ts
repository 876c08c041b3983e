import type { Exchange } from './http.ts';
import type { Observations } from './observe.ts';
import type { Speed, Survived } from './runs.ts';
import type { Subject } from './subjects.ts';

/** What was observed, as a page of Markdown. Nothing on it is written by hand. */

export interface Surveyed {
  subject: Subject;
  seen: Observations;
  survived: Survived[];
  speed?: { own: Speed; reference: Speed };
}

type Column = readonly [title: string, cell: (one: Surveyed) => string];

export function surveyText(surveyed: readonly Surveyed[], about: { on: string; machine: string }): string {
  return [
    '# Servers that nobody here wrote',
    '',
    `Written by \`npm run survey\` on ${about.on} (${about.machine}); nothing here is written by hand. Each server runs as three`,
    'replicas, as processes (no container), written as its own documentation writes one (`infra/foreign/`). Figures of speed are of this machine, and beside',
    'the reference server (`stateful-v2`) in the same experiment: five seconds, three times each in alternating order, the median; what else the machine did meanwhile shows in both.',
    '',
    '## One process, asked directly',
    '',
    ...table(surveyed, [
      ['server', ({ subject }) => `**${subject.name}**<br>${subject.version}`],
      ['unknown session', ({ seen }) => answerOf(seen.unknownSession)],
      ['SIGTERM while it answers a call', ({ seen }) => drainOf(seen)],
      ['sessionless mode', ({ seen }) => sessionlessOf(seen)],
      ['2026-07-28', ({ seen }) => modernOf(seen)],
    ]),
    '',
    '## Three replicas: sessions lost, of those opened',
    '',
    'A client whose session is lost opens another; after the semicolon is how many of the intended calls ended well, first the',
    'bare attempts, then with that.',
    '',
    ...table(surveyed, [
      ['server', ({ subject }) => `**${subject.name}**`],
      ...survivals(surveyed).map(
        ({ scenario, routing }): Column => [
          `${scenario}, ${routing}`,
          ({ survived }) =>
            survivalOf(survived.find((one) => one.scenario === scenario && one.routing === routing)),
        ],
      ),
    ]),
    '',
    '## Three replicas with affinity: speed',
    '',
    ...table(
      surveyed.filter(({ speed }) => speed !== undefined),
      [
        ['server', ({ subject }) => `**${subject.name}**`],
        [
          'calls per second, 20 clients in a closed loop',
          ({ speed }) => beside(speed, ({ perSecond }) => perSecond, ''),
        ],
        [
          'p99 of a call from when it was sent, at 100 calls per second',
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

function table(rows: readonly Surveyed[], columns: readonly Column[]): string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [
    line(columns.map(([title]) => title)),
    line(columns.map(() => '---')),
    ...rows.map((row) => line(columns.map(([, cell]) => cell(row)))),
  ];
}

function survivals([first]: readonly Surveyed[]): Survived[] {
  return (first?.survived ?? []).toSorted((a, b) => a.routing.localeCompare(b.routing));
}

function survivalOf(one: Survived | undefined): string {
  if (one === undefined) return 'not run';
  const lost = one.lost === null ? 'no sessions' : `${one.lost.numerator} of ${one.lost.denominator}`;
  return `${lost}; ${percent(one.available)}, ${percent(one.recovered)}`;
}

function percent(share: number | null): string {
  return share === null ? 'unknown' : `${(share * 100).toFixed(1)} %`;
}

function beside(speed: Surveyed['speed'], read: (speed: Speed) => number | null, unit: string): string {
  if (speed === undefined) return '';
  const [own, other] = [read(speed.own), read(speed.reference)];
  if (own === null || other === null || other === 0) return 'unknown';
  return `${figure(own)}${unit}, reference ${figure(other)}${unit}: × ${(own / other).toFixed(2)}`;
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(1);
}

/** `404 -32001`, and what it says. */
function answerOf({ status, message, body, broken }: Exchange): string {
  if (status === undefined) return `no answer: ${broken}`;
  if (message?.result !== undefined) return `${status} with a result`;
  const { code, message: said } = message?.error ?? {};
  const text = (said ?? body).trim().replace(/\s+/g, ' ').slice(0, 120);
  return `${status} ${code ?? 'without a JSON-RPC error'}${text === '' ? '' : ` “${text}”`}`;
}

function isAnswered({ message }: Exchange): boolean {
  return message?.result !== undefined;
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

/** The revisions that an answer to `server/discover` names. */
function versionsOf({ message }: Exchange): string[] | undefined {
  const { supportedVersions } = (message?.result ?? {}) as { supportedVersions?: unknown };
  return Array.isArray(supportedVersions) ? supportedVersions.map(String) : undefined;
}

interface Finding {
  what: string;
  exchange: Exchange;
}

function findings({ subject, seen }: Surveyed): string[] {
  const found: Finding[] = [];
  const { status } = seen.unknownSession;
  if (status !== 404) {
    const what = `A session that it does not know is answered with ${status ?? 'nothing'}. The specification asks for 404 (2025-11-25, basic/transports, “Session Management”), and a client that waits for that never opens another.`;
    found.push({ what, exchange: seen.unknownSession });
  }
  if (!isAnswered(seen.drain.inFlight)) {
    const ended = seen.drain.endedMs === undefined ? 'did not end' : `ended (${seen.drain.how})`;
    const what = `On SIGTERM it ${ended} without answering a call that was under way: a rolling restart cuts what it meets, unless a balancer has drained the replica before.`;
    found.push({ what, exchange: seen.drain.inFlight });
  } else if (seen.drain.endedMs === undefined) {
    found.push({
      what: 'It answered the call that was under way, and had not ended 10 s after SIGTERM: it had to be killed.',
      exchange: seen.drain.inFlight,
    });
  }
  const { discover, works } = seen.modern;
  if (!works && versionsOf(discover)?.includes('2026-07-28')) {
    found.push({
      what: 'It names 2026-07-28 among its revisions, and does not answer a call in it.',
      exchange: seen.modern.called,
    });
  }
  if (seen.sessionless !== 'no such mode' && !seen.sessionless.works) {
    found.push({
      what: 'Without sessions, a call that no handshake came before is not answered.',
      exchange: seen.sessionless.asked,
    });
  }
  const lines = found.flatMap(({ what, exchange }) => [
    what,
    '',
    '```http',
    exchange.text.replaceAll('\r', ''),
    '```',
    '',
  ]);
  return [`### ${subject.name}`, '', ...(lines.length > 0 ? lines : ['Nothing was found.', ''])];
}
