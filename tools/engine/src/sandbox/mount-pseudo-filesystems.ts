import type { Runner } from '../util/runner.ts';

/**
 * The pseudo filesystems that hooks find in the target root: proc, sys (read-only), a devpts instance of its own, and
 * a /dev made for the step. Unlike diskimage-builder's bind mount of the host's /dev it shows no disk of the host,
 * so an archive of the tree cannot contain one and a hook cannot reach one.
 */
const script = `set -eu
cd "$1"
mkdir -p proc sys dev
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t tmpfs -o mode=0755,nosuid tmpfs dev
cd dev
mknod -m 666 null c 1 3
mknod -m 666 zero c 1 5
mknod -m 666 full c 1 7
mknod -m 666 random c 1 8
mknod -m 666 urandom c 1 9
mknod -m 666 tty c 5 0
ln -s /proc/self/fd fd
ln -s /proc/self/fd/0 stdin
ln -s /proc/self/fd/1 stdout
ln -s /proc/self/fd/2 stderr
ln -s pts/ptmx ptmx
mkdir -m 1777 shm
mkdir pts
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts pts`;

/** Mounts them below the target root, inside a sandbox. */
export async function mountPseudoFilesystems(run: Runner, targetRoot: string): Promise<void> {
  await run(['bash', '--norc', '-c', script, 'kiln-mount', targetRoot]);
}
