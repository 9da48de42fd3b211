import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { building, lackOf } from '../host/host-needs.ts';
import { makeRigFolder } from '../rig/rig-folder.ts';
import { lackOfMirror } from './reach-mirror.ts';
import { readTestCases } from './read-test-cases.ts';
import { resolveTestCase, runTestCase, usesFixture } from './run-test-case.ts';
import { ownElements } from './test-places.ts';

// Builds what lies in `test-elements` of the elements that KILN_TEST_ELEMENTS names (folders, with colons between), or of all.
const named = process.env['KILN_TEST_ELEMENTS']?.split(':');
const folders = named ?? readdirSync(ownElements).map((name) => join(ownElements, name));
const lack = lackOf(building);

for (const element of folders) {
  const cases = readTestCases(element);
  if (cases.length === 0) continue;
  describe(`${basename(element)}/test-elements`, () => {
    test.for(cases)('$name', { timeout: 1_800_000 }, async (testCase, { skip }) => {
      const mayNot = (reason: string): void =>
        process.env['CI'] === undefined ? skip(reason) : expect.fail(reason);
      if (lack !== undefined) return mayNot(lack);
      const scratch = await makeRigFolder();
      try {
        const run = { testCase, element, scratch };
        const image = await resolveTestCase(run);
        const unreachable = image.ok && !usesFixture(image.value) ? await lackOfMirror() : undefined;
        if (unreachable !== undefined) return mayNot(unreachable);
        await runTestCase(run);
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
    });
  });
}

if (!folders.some((element) => readTestCases(element).length > 0))
  test('no element has test-elements', () => expect(folders.length).toBeGreaterThan(0));
