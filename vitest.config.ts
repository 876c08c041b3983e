import { defineConfig } from 'vitest/config';

// biome-ignore lint/style/noDefaultExport: vitest reads the default export.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Real processes on two cores: a slow machine must not make a test fail.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    retry: 0,
    reporters: process.env.CI ? ['default'] : ['default'],
    maxWorkers: 2,
  },
});
