import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** Between two requests: so far apart that none waits for another. */
const pauseMs = 5;

/**
 * How long single requests take, one after the other, each url in turn.
 *
 * @returns the median per url, in microseconds.
 */
export async function lowRateP50Us(
  urls: readonly string[],
  headers: Readonly<Record<string, string>>,
  body: string,
  requests: number,
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const taken: number[][] = urls.map(() => []);
  for (let turn = 0; turn < requests; turn++) {
    for (const [index, url] of urls.entries()) {
      await sleep(pauseMs);
      taken[index]?.push(await once(agent, url, headers, body));
    }
  }
  agent.destroy();
  return taken.map((values) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN);
}

function once(agent: Agent, url: string, headers: Readonly<Record<string, string>>, body: string) {
  return new Promise<number>((resolve, reject) => {
    const beganNs = process.hrtime.bigint();
    const length = Buffer.byteLength(body);
    const outgoing = request(url, {
      method: 'POST',
      agent,
      headers: { ...headers, 'content-length': length },
    });
    outgoing.on('error', reject);
    outgoing.on('response', (answer) => {
      answer.resume().on('end', () => resolve(Number(process.hrtime.bigint() - beganNs) / 1000));
    });
    outgoing.end(body);
  });
}
