import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '@kiln/engine/util/run-command.ts';
import { fixtureSystemFiles } from '../element-tests/fixture-system.ts';

/** How a fixture's disk is laid out: boot and root partitions (GPT) and an EFI system partition, or a filesystem alone. */
export type BaseImageLayout = 'partitions' | 'filesystem';

/**
 * Makes an image like those that distributions publish for clouds: qcow2, with the programs of the fixture in which elements are tested.
 *
 * @param file is written; a folder of that name with an ending must not exist.
 * @param files texts by absolute path.
 */
export async function makeBaseImage(
  file: string,
  layout: BaseImageLayout,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const folder = `${file}.d`;
  await mkdir(folder);
  await writeFile(join(folder, 'tree.tar'), (await fixtureSystemFiles())['root.d/00-fixture.tar'] ?? '');
  for (const [path, text] of Object.entries(files)) {
    const target = join(folder, 'files', path);
    await mkdir(join(target, '..'), { recursive: true });
    await writeFile(target, text);
  }
  const args = ['--norc', '-c', make, 'base-image', folder, file, layout];
  const made = await runCommand({ file: 'bash', args });
  if (!made.ok) throw new Error(made.stderr);
  await rm(folder, { recursive: true });
}

const make = `set -eu
cd "$1"
mkdir root boot
tar --extract --file=tree.tar --directory=root
cp -r files/. root/
chown -R 0:0 root/etc
setfattr -n user.kept -v yes root/etc/hostname
truncate -s 64M root.img
if [ "$3" = filesystem ]; then
    mke2fs -q -t ext4 -d root root.img
    qemu-img convert -f raw -O qcow2 root.img "$2"
    exit
fi
printf '%s\\n' '# a comment' 'UUID=6b696c6e-0000-4000-8000-000000000001 / ext4 defaults 0 1' \\
    'LABEL=BOOT /boot ext4 defaults 0 2' 'UUID=ABCD-1234 /boot/efi vfat defaults 0 2' >root/etc/fstab
mv root/boot/* boot/ 2>/dev/null || true
echo kernel >boot/vmlinuz-1
mkdir boot/efi
mke2fs -q -t ext4 -U 6b696c6e-0000-4000-8000-000000000001 -d root root.img
truncate -s 8M boot.img
mke2fs -q -t ext4 -L BOOT -d boot boot.img
truncate -s 4M efi.img
mkfs.vfat -i ABCD1234 efi.img >/dev/null
echo loader >loader
mmd -i efi.img ::EFI
mcopy -i efi.img loader ::EFI/loader.efi
truncate -s 80M disk
printf '%s\\n' 'label: gpt' 'start=2048, size=8192, type=U' 'start=10240, size=16384, type=L' 'start=26624, size=131072, type=L' |
    sfdisk --quiet disk
dd if=efi.img of=disk bs=512 seek=2048 conv=notrunc,sparse status=none
dd if=boot.img of=disk bs=512 seek=10240 conv=notrunc,sparse status=none
dd if=root.img of=disk bs=512 seek=26624 conv=notrunc,sparse status=none
qemu-img convert -f raw -O qcow2 disk "$2"`;
