import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { tinyOsFiles } from '@kiln/testkit/rig/tiny-os.ts';
import { afterAll, describe, expect } from 'vitest';
import { building, loopDevices, testOn, tools } from '../host-needs.ts';
import { compareDisks, readDiskLook } from './compare-disks.ts';
import { describeDifference, explainedDifferences, unexplained } from './explain-differences.ts';
import { hookOrder } from './hook-order.ts';
import { keepLog, peer, runKiln, runPeer } from './peer.ts';

const folder = mkdtempSync(join(tmpdir(), 'kiln-disks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const needs = [...building, loopDevices, peer, tools('losetup', 'partx', 'debugfs', 'dumpe2fs')];

const script = (text: string): string => `#!/bin/bash\nset -eu\n${text}\n`;

/** diskimage-builder's own dib-run-parts runs in the chroot, too, and needs more than Kiln does. */
const moreOfTheSystem = script(`cd "$TARGET_ROOT"
mapfile -t programs < <(type -P awk basename chown cut date dirname find grep mktemp mv sed sort tail tr uname wc xargs)
mapfile -t libraries < <(ldd "\${programs[@]}" | grep -o '/[^ :]* (0x' | cut -d' ' -f1 | sort -u)
cp -L "\${programs[@]}" usr/bin/
cp -L --parents "\${libraries[@]}" .
ln -s usr/bin sbin; ln -s bash usr/bin/sh`);

/** Files of all kinds. */
const someFiles = script(`mkdir -p /srv/data/deep /opt/empty
echo served >/srv/data/deep/file; chmod 0640 /srv/data/deep/file; chown 12:34 /srv/data/deep/file
ln /srv/data/deep/file /srv/data/hard; ln -s deep/file /srv/data/soft
chmod 2775 /srv/data/deep; : >/opt/nothing
for number in {1..300}; do echo "$number" >"/opt/file with $number"; done`);

const threeFilesystems = `
- local_loop: {name: image0}
- partitioning:
    base: image0
    label: mbr
    align: 1MiB
    partitions:
    - {name: root, flags: [boot, primary], size: 300MiB, mkfs: {type: ext4, label: top, mount: {mount_point: /, fstab: {options: "defaults,noatime", fsck-passno: 1}}}}
    - {name: srv, size: 200MiB, mkfs: {type: ext2, label: served, mount: {mount_point: /srv, fstab: {options: ro}}}}
    - {name: deep, size: 100%, mkfs: {type: ext3, mount: {mount_point: /srv/data, fstab: {options: defaults}}}}
`;

const layouts = [
  { name: 'block-device-mbr', elements: ['block-device-mbr'], environment: {} },
  { name: 'block-device-gpt', elements: ['block-device-gpt'], environment: {} },
  { name: 'no layout', elements: [], environment: {} },
  {
    name: 'three filesystems, two of them in logical partitions',
    elements: [],
    environment: { DIB_BLOCK_DEVICE_CONFIG: threeFilesystems },
  },
] as const;

describe('the same disk for the same layout', () => {
  for (const [index, { name, elements, environment }] of layouts.entries()) {
    testOn(needs, name, async () => {
      const work = join(folder, String(index));
      const own = await writeElements(join(work, 'elements'));
      const [theirs, ours] = [join(work, 'peer'), join(work, 'kiln')];
      for (const directory of [theirs, ours]) mkdirSync(directory, { recursive: true });
      const args = ['-o', 'image', '-t', 'qcow2', '-n', '--image-size', '1', 'tiny', ...elements];
      const variables = { ...environment, ELEMENTS_PATH: own };
      const peerRun = await runPeer({ args, directory: theirs, environment: variables });
      keepLog('diskimage-builder', peerRun, theirs);
      const kilnRun = await runKiln({
        args,
        directory: ours,
        environment: variables,
        store: join(work, 'store'),
      });
      keepLog('Kiln', kilnRun, ours);
      expect(hookOrder(kilnRun.log)).toEqual(hookOrder(peerRun.log));

      const [theirDisk, ourDisk] = [join(theirs, 'image.qcow2'), join(ours, 'image.qcow2')];
      expect(await readDiskLook(ourDisk)).toEqual(await readDiskLook(theirDisk));
      const differences = await compareDisks(theirDisk, ourDisk);
      expect(unexplained(differences, explainedDifferences()).map(describeDifference)).toEqual([]);
    });
  }
});

/** @returns the folder, for ELEMENTS_PATH. */
async function writeElements(path: string): Promise<string> {
  const { 'element.yaml': _, ...system } = await tinyOsFiles();
  const files = {
    ...system,
    'root.d/10-tree': script(String(system['root.d/10-tree'])),
    'root.d/11-more': moreOfTheSystem,
    'install.d/10-files': someFiles,
  };
  for (const [name, content] of Object.entries(files)) {
    const file = join(path, 'tiny', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    chmodSync(file, /\.d\/\d+-/.test(name) ? 0o755 : 0o644);
  }
  return path;
}
