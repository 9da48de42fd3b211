import type { Runner } from '@kiln/engine/util/runner.ts';
import { failed, pass, skip, type Check } from '../check.ts';

/** Without replaying the journal, and whatever other filesystem of the same UUID is mounted. */
const readOnly: Readonly<Record<string, string>> = {
  ext2: 'ro',
  ext3: 'ro,noload',
  ext4: 'ro,noload',
  xfs: 'ro,norecovery,nouuid',
  btrfs: 'ro,norecovery',
};

/** Ends with 9 where there is no loop device to be had: that says nothing of the image. */
const script = [
  'losetup --find >/dev/null 2>&1 || exit 9',
  'mount -t "$1" -o "$2,loop,offset=$3,sizelimit=$4" "$5" "$6"',
  'test -d "$6/etc" && test -d "$6/usr"',
].join('; ');

/**
 * The root filesystem mounts through loopback, read-only, in a mount namespace of its own. Skipped where the host does not let
 * it: without root, without loop devices.
 */
export function loopbackCheck(run: Runner): Check {
  return {
    id: 'loopback-mount',
    title: 'the root filesystem mounts through loopback',
    run: async ({ disk }) => {
      if (disk === undefined) return skip('a directory has no disk');
      const { root, image } = disk;
      if (root === undefined) return failed('there is no root filesystem to mount');
      const options = readOnly[root.type];
      if (options === undefined) return skip(`${root.type} is not mounted`);
      if (process.getuid?.() !== 0) return skip('needs root');
      const place = [
        root.type,
        options,
        String(root.offsetBytes),
        String(root.sizeBytes),
        image.rawFile,
        '/mnt',
      ];
      const result = await run(
        ['unshare', '--mount', '--propagation=private', 'sh', '-euc', script, 'loopback', ...place],
        { allowFailure: true },
      );
      if (result.exitCode === 9) return skip('this host has no loop device to spare');
      return result.exitCode === 0
        ? pass(`${root.type} at ${root.offsetBytes}`)
        : failed(`mount: ${result.stderr.trim() || result.status}`);
    },
  };
}
