import { posix } from 'node:path';
import { findFilesystem } from '../../disk/located-filesystem.ts';
import type { DiskTree } from '../../disk/open-tree.ts';
import { parseFstab } from '../../disk/parse-fstab.ts';
import { failed, pass, passUnless, skip, type Check, type Outcome, type Subject } from '../check.ts';
import { readBootEntries, type BootEntry } from '../system/kernel-command-lines.ts';
import { findKernels } from '../system/kernels.ts';

/** Checks of what leads from the firmware to the running system. */
export const bootChainChecks: readonly Check[] = [
  {
    id: 'fstab',
    title: 'fstab mounts the root by label or UUID, and all that it names exists',
    run: checkFstab,
  },
  { id: 'kernel', title: 'there is exactly one kernel, with its initrd and its modules', run: checkKernel },
  { id: 'bootloader', title: 'the firmware finds a bootloader', run: checkBootloader },
  {
    id: 'boot-entries',
    title: 'the bootloader starts files that exist, with the right root',
    run: checkBootEntries,
  },
];

async function checkFstab({ tree, disk }: Subject): Promise<Outcome> {
  const text = await tree.readText('/etc/fstab');
  if (text === undefined) return failed('/etc/fstab is absent');
  const lines = parseFstab(text);
  const root = lines.find((line) => line.mountPoint === '/');
  const problems: string[] = [];
  if (root === undefined) problems.push('no line mounts /');
  else if (!/^(?:LABEL|UUID|PARTUUID|PARTLABEL)=/u.test(root.device)) {
    problems.push(`/ is mounted from ${root.device}, not by label or UUID`);
  }
  for (const line of disk === undefined ? [] : lines) {
    const filesystem = findFilesystem(line, disk?.filesystems ?? []);
    if (/^[A-Z]+=/u.test(line.device) && filesystem === undefined) {
      problems.push(`line ${line.line}: ${line.device} (for ${line.mountPoint}) is not on the disk`);
    }
    if (line.mountPoint === '/' && filesystem !== undefined && filesystem !== disk?.root) {
      problems.push(`line ${line.line}: ${line.device} is not the filesystem that holds the system`);
    }
  }
  for (const line of lines) {
    if (line.mountPoint.startsWith('/') && !(await tree.exists(line.mountPoint))) {
      problems.push(`line ${line.line}: the mount point ${line.mountPoint} is absent`);
    }
  }
  return passUnless(problems, root?.device ?? '');
}

/** Partition images and container trees have no kernel of their own: that is fine where nothing asks for one. */
function bootsByItself({ disk, expectations }: Subject): boolean {
  if (expectations.kernel !== undefined) return expectations.kernel === 'expected';
  return disk?.table !== undefined;
}

async function checkKernel(subject: Subject): Promise<Outcome> {
  const kernels = await findKernels(subject.tree);
  if (kernels.length === 0 && !bootsByItself(subject)) return skip('the image does not boot by itself');
  if (kernels.length !== 1) {
    return failed(
      `${kernels.length} kernels in /boot: ${kernels.map((kernel) => kernel.version).join(', ') || 'none'}`,
    );
  }
  const problems: string[] = [];
  for (const { version, initrd, modulesDirectory } of kernels) {
    if (initrd === undefined) problems.push(`no initrd for ${version}`);
    if (modulesDirectory === undefined) problems.push(`no /lib/modules/${version}`);
    else if (!((await subject.tree.statTarget(`${modulesDirectory}/modules.dep`))?.sizeBytes ?? 0)) {
      problems.push(`${modulesDirectory}/modules.dep is absent or empty`);
    }
  }
  const others =
    (await subject.tree.list('/lib/modules'))?.filter((name) => name !== kernels[0]?.version) ?? [];
  for (const other of others) problems.push(`/lib/modules/${other} belongs to no kernel`);
  return passUnless(problems, kernels[0]?.version ?? '');
}

const efiBinaries = ['BOOTX64.EFI', 'BOOTAA64.EFI', 'BOOTIA32.EFI', 'BOOTARM.EFI'];

async function checkBootloader(subject: Subject): Promise<Outcome> {
  const { disk, tree } = subject;
  if (disk === undefined || !bootsByItself(subject)) return skip('the image does not boot by itself');
  const found: string[] = [];
  if (disk.hasBootCode) found.push('BIOS code in the first sector');
  const systemPartition = disk.filesystems.find(
    ({ partition, type }) =>
      type === 'vfat' &&
      (partition?.type === 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b' || partition?.type === 'ef'),
  );
  const names = await efiNames(tree);
  if (names.length > 0) found.push(names.join(', '));
  if (systemPartition !== undefined && names.length === 0) {
    return failed('the EFI system partition holds no EFI/BOOT/BOOT*.EFI');
  }
  return found.length > 0
    ? pass(found.join('; '))
    : failed('neither boot code in the first sector nor an EFI binary');
}

/** On vfat, case does not matter to the firmware. */
async function efiNames(tree: DiskTree): Promise<readonly string[]> {
  const pick = (names: readonly string[] | undefined, wanted: string): string | undefined =>
    names?.find((name) => name.toUpperCase() === wanted);
  for (const top of ['/boot/efi', '/efi', '/boot']) {
    const efi = pick(await tree.list(top), 'EFI');
    const boot = efi === undefined ? undefined : pick(await tree.list(`${top}/${efi}`), 'BOOT');
    if (boot === undefined) continue;
    const names = (await tree.list(`${top}/${efi}/${boot}`)) ?? [];
    return names.filter((name) => efiBinaries.includes(name.toUpperCase()));
  }
  return [];
}

async function checkBootEntries(subject: Subject): Promise<Outcome> {
  const { tree, disk } = subject;
  if (!bootsByItself(subject)) return skip('the image does not boot by itself');
  const entries = await readBootEntries(tree);
  if (entries.length === 0) return failed('no grub.cfg and no loader entry starts a kernel');
  const problems: string[] = [];
  for (const entry of entries) {
    for (const path of [entry.kernel, entry.initrd]) {
      if (path !== undefined && !(await existsForLoader(tree, path)))
        problems.push(`${entry.file}: ${path} is absent`);
    }
    const device = /(?:^|\s)root=(?<device>\S+)/u.exec(entry.commandLine)?.groups?.['device'];
    if (device === undefined) problems.push(`${entry.file}: no root= for ${entry.kernel}`);
    else if (disk !== undefined && findFilesystem(rootLine(device), disk.filesystems) !== disk.root) {
      problems.push(`${entry.file}: root=${device} is not the root filesystem`);
    }
  }
  return passUnless([...new Set(problems)], describeEntry(entries[0]));
}

/** A bootloader names files from the top of the filesystem that it reads, which may be the one of /boot. */
async function existsForLoader(tree: DiskTree, path: string): Promise<boolean> {
  return (await tree.exists(path)) || tree.exists(posix.join('/boot', path));
}

function rootLine(device: string) {
  return { device, mountPoint: '/', type: 'auto', options: [], line: 1 };
}

function describeEntry(entry: BootEntry | undefined): string {
  return entry === undefined ? '' : `${entry.kernel} ${entry.commandLine}`;
}
