import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';

// biome-ignore lint/style/noDefaultExport: vitest reads the default export.
export default defineConfig({
  test: {
    // Real processes on two cores: a slow machine must not make a test fail.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    retry: 0,
    reporters: process.env.CI ? ['default'] : ['default'],
    // Every run starts half a dozen processes, most of whose start is the compiling of the same files.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('.cache/compiled', import.meta.url)) },
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'processes',
          include: ['test/**/*.test.ts'],
          exclude: ['test/container/**'],
          maxWorkers: 2,
          // Of tests in one file that say that they may run beside each other.
          maxConcurrency: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'containers',
          include: ['test/container/**/*.test.ts'],
          // Behind all others: an engine at work takes both cores, and runs beside it would have no verdict.
          maxWorkers: 1,
          maxConcurrency: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
