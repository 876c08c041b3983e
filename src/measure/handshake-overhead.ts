import type { Collector } from './collector.ts';
import type { HandshakeOverhead, NotApplicable } from './metrics.ts';

/**
 * `handshake_overhead`: requests, bytes and milliseconds spent on opening sessions, first ones and
 * replacements, ÷ useful calls (operations that ended ok); and the bytes that each call carries for the
 * protocol's sake. 2026-07-28 has no handshake: there it is these alone. The milliseconds contain what the
 * client itself takes between the requests of a handshake (`turnaround`).
 *
 * Not applicable where the client did not record what it sent, as those of other harness versions.
 */
export function handshakeOverhead(): Collector<HandshakeOverhead | NotApplicable> {
  const handshakes = { count: 0, requests: 0, bytes: 0, ms: 0 };
  let unmeasured = 0;
  let usefulCalls = 0;
  let callBytes = 0;
  let sawBytes = false;
  return {
    types: ['operation', 'session-opened'],
    see(event) {
      if (event.type === 'operation') {
        if (event.outcome === 'ok') usefulCalls += 1;
        if (event.protocolBytes === undefined) return;
        sawBytes = true;
        callBytes += event.protocolBytes * event.attempts;
      } else if (event.type === 'session-opened' && event.requestId !== null) {
        if (event.requests === undefined || event.bytes === undefined) {
          unmeasured += 1;
          return;
        }
        handshakes.count += 1;
        handshakes.requests += event.requests;
        handshakes.bytes += event.bytes;
        handshakes.ms += (event.atUs - event.startUs) / 1000;
      }
    },
    result() {
      if (unmeasured > 0) {
        return { notApplicable: `the client did not record what ${unmeasured} handshakes took` };
      }
      if (!sawBytes && handshakes.count === 0) {
        return { notApplicable: 'the client did not record the bytes of the protocol' };
      }
      if (usefulCalls === 0) return { usefulCalls, value: null, handshakes, callBytes, perUsefulCall: null };
      return {
        usefulCalls,
        value: (handshakes.bytes + callBytes) / usefulCalls,
        handshakes,
        callBytes,
        perUsefulCall: {
          requests: handshakes.requests / usefulCalls,
          bytes: handshakes.bytes / usefulCalls,
          ms: handshakes.ms / usefulCalls,
          callBytes: callBytes / usefulCalls,
        },
      };
    },
  };
}
