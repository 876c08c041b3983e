import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { foreignImage, foreignImagePort } from '../../infra/foreign/image.ts';
import { temporaryFolder } from '../support/cli.ts';
import { containerEngine, foreign, need } from '../support/requirements.ts';
import { leftOf, outOf, resultsIn, runInContainers } from './support.ts';

const engine = await containerEngine();

it('a server that nobody here wrote loses in containers the sessions of the replica that crashed', async ({
  skip,
}) => {
  need(engine, skip);
  need(foreign('go-sdk'), skip);
  using folder = temporaryFolder();
  const write = (name: string, content: object) => {
    const path = join(folder.path, `${name}.yaml`);
    writeFileSync(path, stringify(content));
    return path;
  };
  const deployment = write('go', {
    name: 'go',
    description: 'A server on the official Go SDK',
    server: { image: await foreignImage('go-sdk'), port: foreignImagePort, protocol: '2025-11-25' },
    routing: 'session-affinity',
    replicas: 3,
  });
  const scenario = write('calls', {
    name: 'calls',
    question: 'What does a crash lose?',
    duration: '5s',
    workload: {
      sessions: 12,
      rate: '40/s',
      arrivals: { over: '1s' },
      journey: [{ repeat: 'fill', steps: [{ call: 'echo', arguments: { text: 'hello' } }] }],
    },
    faults: [{ at: '2s', fault: 'crash', replica: 1 }],
  });
  const { code, stderr, pid } = await runInContainers(
    [scenario, '--deployment', deployment, '--quiet'],
    folder,
  );
  expect(code, stderr).toBeLessThan(3);
  expect(resultsIn(outOf(folder)).runs[0]?.metrics.session_loss).toMatchObject({
    numerator: 4,
    denominator: 12,
    causes: { crash: 4, misroute: 0, expiry: 0 },
  });
  expect(await leftOf(pid)).toEqual([]);
}, 120_000);
