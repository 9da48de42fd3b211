import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lackOfMirror } from '@kiln/testkit/element-tests/reach-mirror.ts';
import { afterAll, describe, expect } from 'vitest';
import { compareFiles, type FileDifference } from '../../tools/cli/src/diff/compare-files.ts';
import { openTarTree } from '../../tools/cli/src/diff/open-tar-tree.ts';
import { building, type HostNeed, testWithin, tools } from '../host-needs.ts';
import { compareDisks, readDiskLook } from './compare-disks.ts';
import { describeDifference, explainedDifferences, unexplained } from './explain-differences.ts';
import { hookOrder } from './hook-order.ts';
import { withoutIdentifiers } from './without-identifiers.ts';
import { debianEnvironment, keepLog, peer, runKiln, runPeer } from './peer.ts';

/** Kept where it is named: images and logs of both, and Kiln's store. */
const kept = process.env['KILN_COMPAT_FOLDER'];
const folder = kept ?? mkdtempSync(join(tmpdir(), 'kiln-compat-'));
afterAll(() => {
  if (kept === undefined) rmSync(folder, { recursive: true, force: true });
});

const lackingMirror = await lackOfMirror();
const mirror: HostNeed = { lack: () => lackingMirror };
const needs = [...building, peer, tools('debootstrap', 'losetup', 'partx', 'debugfs'), mirror];

/** Elements of diskimage-builder, all in one image: the peer builds everything anew each time. */
const elements = ['debian-minimal', 'vm'];

describe('the same elements give the same image', () => {
  testWithin(1_800_000, { needs, name: elements.join(' ') }, async () => {
    const [theirs, ours] = [join(folder, 'peer'), join(folder, 'kiln')];
    for (const directory of [theirs, ours]) mkdirSync(directory, { recursive: true });
    const environment = { ...(await debianEnvironment()), OVERWRITE_OLD_IMAGE: '1' };
    // A computed size follows from how much the tree takes up on the disk of whoever built it.
    const args = ['-o', 'image', '-t', 'tar,qcow2', '--image-size', '3', ...elements];
    const store = process.env['KILN_STORE'] ?? join(folder, 'store');

    const peerRun = await runPeer({ args, directory: theirs, environment });
    keepLog('diskimage-builder', peerRun, theirs);
    // Another run may have left this very image in the store.
    const kilnRun = await runKiln({
      args,
      directory: ours,
      environment: { ...environment, KILN_FRESH: 'all' },
      store,
    });
    keepLog('Kiln', kilnRun, ours);
    expect(hookOrder(kilnRun.log)).toEqual(hookOrder(peerRun.log));

    const file = (name: string) => [join(theirs, name), join(ours, name)] as const;
    const [theirTar, ourTar] = file('image.tar');
    const [theirTree, ourTree] = [await openTarTree(theirTar), await openTarTree(ourTar)];
    const differences = await compareFiles(withoutIdentifiers(theirTree), withoutIdentifiers(ourTree));
    expect(unequal(differences)).toEqual([]);
    const [theirDisk, ourDisk] = file('image.qcow2');
    expect(await readDiskLook(ourDisk)).toEqual(await readDiskLook(theirDisk));
    expect(unequal(await compareDisks(theirDisk, ourDisk))).toEqual([]);

    const again = await runKiln({ args, directory: ours, environment, store });
    keepLog('Kiln', again, ours);
    const seconds = [peerRun, kilnRun, again].map(({ durationMs }) => (durationMs / 1000).toFixed(1));
    process.stderr.write(
      `diskimage-builder ${seconds[0]} s, Kiln ${seconds[1]} s, again ${seconds[2]} s (${elements.join(' ')})\n`,
    );
  });
});

function unequal(differences: readonly FileDifference[]): readonly string[] {
  return unexplained(differences, explainedDifferences()).map(describeDifference);
}
