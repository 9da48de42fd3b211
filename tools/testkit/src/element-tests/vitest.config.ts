import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { defineConfig } from 'vitest/config';

const here = import.meta.dirname;
const folders = (process.env['KILN_TEST_ELEMENTS'] ?? '').split(':').filter((folder) => folder !== '');
const cases = folders.some((folder) => existsSync(join(folder, 'test-elements')));
const vitest = dirname(createRequire(import.meta.url).resolve('vitest/package.json'));

/** What `kiln element test` runs: the tests of some elements, wherever they lie. */
export default defineConfig({
  // An element outside of the workspace has no node_modules above it.
  resolve: {
    alias: [
      { find: /^@kiln\/(testkit|engine)\/(.*)$/, replacement: join(here, '../../..', '$1/src/$2') },
      { find: /^vitest$/, replacement: join(vitest, 'dist/index.js') },
    ],
  },
  test: {
    include: [
      ...folders.map((folder) => join(folder, 'tests/**/*.test.ts')),
      ...(cases ? [join(here, 'test-elements.test.ts')] : []),
    ],
    isolate: false,
    maxWorkers: 2,
    testTimeout: 300_000,
  },
});
