import type { Transcript } from '../client/index.ts';
import type { EventSink, Failure, RecordedMessage, RunEvent } from '../record/index.ts';

/** Keeps the exact exchanges behind losses and failures, up to a bound: a hostile server must not fill the disk. */
export interface EvidenceBook {
  /** A `loss` is of a session or of state. An exchange of which nothing is known is passed over. */
  keep(
    client: string,
    exchange: { requestId: string | null; transcript?: Transcript | undefined },
    failure: Failure,
    weight: 'loss' | 'failure',
  ): void;
}

/** Per kind of failure. Losses are what a run is about; of the rest some examples will do. */
const keptMax = { loss: 500, failure: 25 };
const headersMax = 50;
const bodyCharsMax = 4096;
const headerNameCharsMax = 100;

/** @param epochUs of the run's clock, in microseconds of the system's monotonic clock. */
export function evidenceBook(
  events: EventSink<RunEvent>,
  clock: { epochUs: number; nowUs(): number },
): EvidenceBook {
  const kept = new Map<string, number>();
  return {
    keep(client, { requestId, transcript }, failure, weight) {
      if (requestId === null || transcript === undefined) return;
      const already = kept.get(failure.kind) ?? 0;
      if (already >= keptMax[weight]) return;
      kept.set(failure.kind, already + 1);
      const { sentUs, method, path, requestHead, requestBody, status, answerHead, answerBody, answerBytes } =
        transcript;
      events.write({
        type: 'exchange',
        atUs: clock.nowUs(),
        requestId,
        client,
        sentUs: sentUs - clock.epochUs,
        request: {
          method,
          path,
          ...message(requestHead, requestBody ?? '', Buffer.byteLength(requestBody ?? '')),
        },
        answer:
          answerHead === undefined || status === undefined
            ? null
            : { status, ...message(answerHead, answerBody, answerBytes - answerHead.length - 4) },
        failure,
      });
    },
  };
}

function message(head: string, body: string, bodyBytes: number): RecordedMessage {
  const lines = head.split('\r\n').slice(1);
  const headers = lines
    .filter((line) => line !== '')
    .slice(0, headersMax)
    .map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [
        line.slice(0, Math.min(colon, headerNameCharsMax)),
        line
          .slice(colon + 1)
          .trim()
          .slice(0, 500),
      ];
    });
  const isCut = body.length > bodyCharsMax || Buffer.byteLength(body) < bodyBytes;
  return { headers, body: body.slice(0, bodyCharsMax), ...(isCut ? { bodyBytes } : {}) };
}
