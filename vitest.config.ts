import { defineConfig } from 'vitest/config';

const minutes = 60_000;

/** Unit tests stand beside nothing of the host; system tests need root and Debian's tools; boot tests need QEMU as well; compat tests diskimage-builder. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tools/*/test/**/*.test.ts', 'test/unit/**/*.test.ts'],
          // None takes a second of its own; a busy machine is no failure.
          testTimeout: minutes,
        },
      },
      {
        test: {
          name: 'elements',
          include: ['elements/*/tests/**/*.test.ts', 'tools/testkit/src/element-tests/*.test.ts'],
          // One import of the engine serves all files of a worker.
          isolate: false,
          maxWorkers: 2,
          testTimeout: 5 * minutes,
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/{system,scenarios}/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 15 * minutes,
          hookTimeout: 20 * minutes,
        },
      },
      {
        test: {
          name: 'compat',
          include: ['test/compat/**/*.test.ts'],
          fileParallelism: false,
          maxConcurrency: 1,
          testTimeout: 30 * minutes,
          hookTimeout: 5 * minutes,
        },
      },
      {
        test: {
          name: 'boot',
          include: ['test/boot/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 20 * minutes,
          hookTimeout: 30 * minutes,
        },
      },
    ],
  },
});
