import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The test files that take longest, in the order in which they begin. The short ones behind them fill the workers evenly
 * to the end; vitest knows how long a file took only where it ran before, which is never so in CI. Those that hold
 * what was measured against arithmetic come first, beside files that run one thing after the other.
 */
const longest: readonly string[] = [
  'test/e2e/theory.test.ts',
  'test/e2e/broken-servers.test.ts',
  'test/e2e/run.test.ts',
  'test/e2e/same-against-same.test.ts',
  // What it prepares, others that come later find prepared.
  'test/e2e/init.test.ts',
  'test/e2e/clients.test.ts',
  'test/e2e/interrupt.test.ts',
  'test/foreign/runs.test.ts',
  'test/e2e/redis.test.ts',
  'test/e2e/broken-task-servers.test.ts',
  'test/e2e/package.test.ts',
  'test/foreign/bad-servers.test.ts',
  // They come behind all others. The first makes the image of the servers.
  'test/container/images.test.ts',
  'test/container/run.test.ts',
  'test/container/long-running.test.ts',
  'test/container/clean-up.test.ts',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = longest.findIndex((path) => moduleId.endsWith(`/${path}`));
      return place === -1 ? longest.length : place;
    };
    const group = ({ project }: TestSpecification) => project.config.sequence.groupOrder;
    // Stable, so that within one rank it stays as vitest would have it.
    const usual = await super.sort(files);
    return usual.sort((a, b) => group(a) - group(b) || rank(a) - rank(b));
  }
}
