import { describe, expect, test } from 'vitest';
import { probeMcp } from '../../src/topology/mcp-probe.ts';
import { answers } from '../hostile/servers/answers.ts';
import { type Misbehaviour, serve } from '../hostile/servers/wire-server.ts';

async function probe(answer: Misbehaviour, timeoutMs: number) {
  await using server = await serve(answer);
  return await probeMcp(server.origin.href, '2026-07-28', AbortSignal.timeout(timeoutMs));
}

/** Of these it is not asked whose answer it is: a server that answers is there, and what it is worth the run shows. */
const answersOfOthers = ['other-id', 'other-id-in-stream', 'deep-id', 'blocks-of-nothing'];
const unusable = Object.entries(answers.refused).filter(([name]) => !answersOfOthers.includes(name));

describe('a probe', () => {
  test.each(Object.entries(answers.accepted))('takes %s for ready', async (_name, answer) => {
    expect(await probe(answer, 20_000)).toMatchObject({ ready: true });
  });

  test.each(unusable)('does not take %s for ready, and says why', async (_name, answer) => {
    const outcome = await probe(answer, 300);
    expect(outcome).toMatchObject({ ready: false, why: expect.any(String) });
    expect(outcome.ready ? '' : outcome.why.length).toBeLessThan(500);
  });
});
