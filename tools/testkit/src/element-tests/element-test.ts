import { rm } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { test } from 'vitest';
import { building, lackOf } from '../host/host-needs.ts';
import { makeRigFolder } from '../rig/rig-folder.ts';
import { type ElementUnderTest, elementUnderTest } from './element-under-test.ts';

export type { BuiltElement, BuiltTree } from './built-element.ts';
export type { ElementUnderTest, FailedRun } from './element-under-test.ts';
export type { RunOptions } from './run-request.ts';

const timeoutMs = 300_000;

/**
 * A test of the element in whose `tests` folder the file lies.
 *
 * ```ts
 * elementTest('greets', async (element) => {
 *   const built = await element.run({ environment: { DIB_MOTD_TEXT: 'Hello' } });
 *   expect(await built.tree.read('/etc/motd')).toBe('Hello\n');
 * });
 * ```
 *
 * The element's hooks run through the real engine, with those of its dependencies, in a tree of a few megabytes: bash,
 * coreutils, and stand-ins for apt, dpkg, systemctl and their like. What has run before unchanged is taken from a store.
 * Skipped, with a word of why, where the host cannot build; in CI that is a failure.
 */
export function elementTest(name: string, body: (element: ElementUnderTest) => Promise<void>): void {
  const lack = lackOf(building);
  const options = { timeout: timeoutMs, concurrent: true };
  test(name, options, async ({ task, skip }) => {
    const unavailable = (reason: string): never => {
      if (process.env['CI'] === undefined) return skip(reason);
      throw new Error(reason);
    };
    if (lack !== undefined) unavailable(lack);
    const folder = elementFolderOf(task.file.filepath);
    const scratch = await makeRigFolder();
    try {
      await body(elementUnderTest({ name: basename(folder), folder, scratch, unavailable }));
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  });
}

function elementFolderOf(testFile: string): string {
  const folder = dirname(resolve(testFile));
  if (basename(folder) !== 'tests')
    throw new Error(`${testFile}: tests of an element lie in elements/<name>/tests`);
  return dirname(folder);
}
