// A server that answers every call with a misbehaviour drawn from a seed, and writes what it drew to its log.
import { seededPrng } from '../../../src/core/index.ts';
import { answers } from './answers.ts';
import { endWithHarness } from './end-with-harness.ts';
import { serve, sound } from './wire-server.ts';

const { WINDTUNNEL_REPLICA = '', WINDTUNNEL_BOOT = '', HOSTILE_TURNS } = process.env;
const all = Object.entries({ ...answers.accepted, ...answers.refused });
const prng = seededPrng(7).fork(`${WINDTUNNEL_REPLICA} ${WINDTUNNEL_BOOT}`);
let turn = 0;
/** In turn, so that each has its turn in a short run; or at random, with half of the calls sound. */
const draw = (): (typeof all)[number] | undefined => {
  if (HOSTILE_TURNS) return all[turn++ % all.length];
  return prng.below(2) === 0 ? undefined : all[prng.below(all.length)];
};

endWithHarness();
const { port } = await serve((call) => {
  const isCall = call.method === 'tools/call';
  // Handshakes go wrong at random, too, though seldom, so that a probe finds the server ready before long.
  const isSpared = !isCall && (HOSTILE_TURNS || prng.below(8) > 0);
  const [name, answer] = (isSpared ? undefined : draw()) ?? ['sound', sound];
  process.stdout.write(`drew ${isCall ? call.opId : call.method} ${name}\n`);
  answer(call);
});
process.stdout.write(`listening on http://127.0.0.1:${port}/mcp\n`);
