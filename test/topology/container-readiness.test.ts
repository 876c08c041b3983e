import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Clock, interrupted } from '../../src/core/index.ts';
import { untilAnswering } from '../../src/topology/container/readiness.ts';
import type { ReplicaSpec } from '../../src/topology/index.ts';
import { temporaryFolder } from '../support/cli.ts';
import { root } from '../support/plan.ts';

/** What makes a server in a container start soon. */

/** Time in which no wait of more than 10 ms is ever over. */
function stoppedClock(): Clock {
  let now = 0;
  return {
    epochUs: 0,
    nowUs: () => now,
    sleepUntil: (atUs, signal) =>
      new Promise((resolve, reject) => {
        if (atUs - now <= 10_000) {
          now = atUs;
          resolve();
          return;
        }
        signal?.addEventListener('abort', () => reject(interrupted(signal)), { once: true });
      }),
  };
}

const spec: ReplicaSpec = {
  ...{ replica: 'r1', boot: 1, command: [], env: {}, path: '/mcp', protocol: '2025-11-25' },
  ...{ logPath: '', readyTimeoutMs: 30_000 },
};

describe('a server in a container that is not ready', () => {
  it('is asked again when it writes something, also if that is while it is asked', async () => {
    const clock = stoppedClock();
    const output = Promise.withResolvers<void>();
    let asked = 0;
    const atUs = await untilAnswering(
      spec,
      {
        ...{ url: 'http://r1/mcp', port: 1, clock, onListening: () => {} },
        replica: {
          exited: new Promise(() => {}),
          nextOutput: () => output.promise,
          ...({} as { log: never; live: never }),
        },
        balancer: {
          async probe() {
            asked += 1;
            output.resolve();
            return asked === 1
              ? { ready: false, why: 'connect ECONNREFUSED' }
              : { ready: true, protocol: '2025-11-25' };
          },
        },
      },
      new AbortController().signal,
    );
    expect({ asked, atUs }).toEqual({ asked: 2, atUs: 10_000 });
  });
});

describe('TypeScript for an image', () => {
  it('becomes JavaScript in its place, which imports JavaScript', () => {
    using folder = temporaryFolder();
    const within = join(folder.path, 'deep');
    mkdirSync(within);
    writeFileSync(
      join(folder.path, 'main.ts'),
      "import { b } from './deep/b.ts';\nconst { c } = await import('./deep/c.ts');\nprocess.stdout.write(`${b('./x.ts')} ${c}`);\n",
    );
    writeFileSync(join(within, 'b.ts'), 'export const b = (text: string): string => text;\n');
    writeFileSync(join(within, 'c.ts'), "import type { D } from './d.ts';\nexport const c: D = 1;\n");
    const program = join(root, 'src/topology/container/strip-types-main.ts');
    execFileSync(process.execPath, ['--no-warnings', program, folder.path]);
    const files = readdirSync(folder.path, { recursive: true, encoding: 'utf8' });
    expect(files.toSorted()).toEqual(['deep', 'deep/b.js', 'deep/c.js', 'main.js']);
    expect(execFileSync(process.execPath, [join(folder.path, 'main.js')], { encoding: 'utf8' })).toBe(
      './x.ts 1',
    );
  });
});
