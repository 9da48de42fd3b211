import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { type ReadElement, rememberingReader } from '@kiln/engine/elements/resolve-image.ts';
import { readElement } from '@kiln/engine/elements/read-element.ts';
import { fixtureSystem, writeFixtureSystem } from './write-run.ts';

/** Kiln's own elements, on which those of another workspace may depend. */
export const ownElements = resolve(import.meta.dirname, '../../../../elements');

const overlayfs = 0x794c7630;

/**
 * The content store of element tests: KILN_STORE, else a folder that lasts as long as the host's temporary folder. It is
 * shared by all tests and by their next run, so that each fixture is laid out once.
 */
export function elementTestStore(): string {
  const given = process.env['KILN_STORE'];
  if (given !== undefined && given !== '') return resolve(given);
  const parents = [process.env['KILN_TEST_FOLDER'], tmpdir(), '/var/tmp', '/dev/shm'];
  for (const parent of parents) {
    if (parent === undefined || parent === '') continue;
    // An overlay cannot stand on an overlay, which is what the temporary folder of a container is.
    if (statfsSync(parent).type !== overlayfs)
      return join(parent, `kiln-element-tests-${process.getuid?.() ?? 0}`);
  }
  throw new Error('no folder outside of an overlay filesystem: name one in KILN_TEST_FOLDER');
}

let shared: Promise<string> | undefined;

/** A folder with the element of the fixture, written once for all tests of a process. */
export function sharedElements(): Promise<string> {
  shared ??= (async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kiln-fixture-elements-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    await writeFixtureSystem(folder, fixtureSystem);
    return folder;
  })();
  return shared;
}

const remembered = rememberingReader();

/** Reads the fixture once, as it is large, and all else anew: whoever tests after each change wants to see the change. */
export const readTestElement: ReadElement = (directory) =>
  basename(directory) === fixtureSystem ? remembered(directory) : readElement(directory);
