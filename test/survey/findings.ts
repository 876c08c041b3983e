import type { Surveyed } from './page.ts';
import { graceMs, replicas } from './runs.ts';
import { isAnswered, versionsOf } from './words.ts';

/** What is wrong with a server, each with the exchange that shows it. */

type Seen = Surveyed['seen'];

interface Finding {
  what: string;
  /** An exchange, or none where the table above shows it. */
  shownBy: string | undefined;
}

export function findings({ subject, seen, survived }: Surveyed): string[] {
  const found = [
    ...unknownSession(seen),
    ...drain(seen),
    ...containerEnd(survived),
    ...modernRevision(seen),
    ...sessionless(seen),
  ];
  const lines = found.flatMap(({ what, shownBy }) => [
    what,
    '',
    ...(shownBy === undefined ? [] : ['```http', shownBy.replaceAll('\r', ''), '```', '']),
  ]);
  return [`### ${subject.name}`, '', ...(lines.length > 0 ? lines : ['Nothing was found.', ''])];
}

function unknownSession({ unknownSession: asked }: Seen): Finding[] {
  if (asked.status === 404) return [];
  const what = `A session that it does not know, since the process before had opened it, is answered with ${asked.status ?? 'nothing'}. The specification asks for 404 where a session has ended (2025-11-25, basic/transports, “Session Management”), and it is 404 upon which a client must open another.`;
  return [{ what, shownBy: asked.text }];
}

function drain({ drain: { inFlight, endedMs, how } }: Seen): Finding[] {
  if (!isAnswered(inFlight)) {
    const ended = endedMs === undefined ? 'did not end by itself' : `ended (${how})`;
    const what = `On SIGTERM it ${ended} without answering a call that was under way. The specification is silent on signals; what follows is that a rolling restart cuts what it meets, unless a balancer has drained the replica before.`;
    return [{ what, shownBy: inFlight.text }];
  }
  if (endedMs !== undefined) return [];
  const what =
    'It answered the call that was under way, and had not ended 10 s after SIGTERM: it had to be killed.';
  return [{ what, shownBy: inFlight.text }];
}

/** What ends as a process, and has to be killed as a container. */
function containerEnd(survived: Surveyed['survived']): Finding[] {
  const killedAs = (backend: string) =>
    survived
      .filter((one) => one.backend === backend && one.scenario === 'rolling-restart')
      .reduce((sum, { killed }) => sum + killed, 0);
  const [process, container] = [killedAs('process'), killedAs('container')];
  if (container === 0 || process > 0) return [];
  const what = `As a container it did not end within ${graceMs / 1000} s of SIGTERM and had to be killed (${container} of ${2 * replicas} restarts above), where as a process it ended. The first process of a container ignores SIGTERM unless it has a handler for it; started with an init in front (\`docker run --init\`), it would be the default again.`;
  return [{ what, shownBy: undefined }];
}

function modernRevision({ modern: { discover, works, called } }: Seen): Finding[] {
  if (works || !versionsOf(discover)?.includes('2026-07-28')) return [];
  return [
    {
      what: 'It names 2026-07-28 among its revisions, and does not answer a call in it.',
      shownBy: called.text,
    },
  ];
}

function sessionless({ sessionless: mode }: Seen): Finding[] {
  if (mode === 'no such mode' || mode.works) return [];
  const what = 'Without sessions, a call that no handshake came before is not answered.';
  return [{ what, shownBy: mode.asked.text }];
}
