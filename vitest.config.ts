import { defineConfig } from 'vitest/config';

// What the app answers is held against what its API document says.
const env = { CheckAnswers: 'true' };
const common = { env, testTimeout: 20_000, hookTimeout: 30_000, pool: 'forks' as const };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: ['test/end-to-end/**', 'test/long/**'],
          // Most of these wait for brokers, clocks and processes: three at once keep two cores busy.
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...common,
          name: 'end-to-end',
          include: ['test/end-to-end/**/*.test.ts'],
          // Hours pass in seconds here: nothing else may take the processor meanwhile.
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...common,
          // Whole stories that take a minute each: `npm run test:long`.
          name: 'long',
          include: ['test/long/**/*.test.ts'],
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
