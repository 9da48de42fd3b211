import type { DiskLayout } from '@kiln/engine/block-device/disk-layout.ts';
import type { Runner } from '@kiln/engine/util/runner.ts';
import { checkFilesystem } from '../../disk/check-filesystem.ts';
import type { LocatedFilesystem } from '../../disk/located-filesystem.ts';
import type { OpenDisk } from '../../disk/open-disk.ts';
import { failed, pass, passUnless, skip, type Check, type Outcome, type Subject } from '../check.ts';

/** Checks of the disk below the files: size, partition table, filesystems. */
export function diskChecks(run: Runner): readonly Check[] {
  return [
    onDisk('disk-size', 'the disk has the size asked for', checkSize),
    onDisk('image-format', 'the file has the format asked for and is sound', (disk, subject) =>
      checkFormat(disk, subject, run),
    ),
    onDisk('partition-table', 'the partition table is valid', checkTable),
    onDisk('disk-layout', 'partitions and filesystems are where the layout puts them', checkLayout),
    onDisk('filesystems-clean', 'every filesystem passes its checker', (disk) => checkHealth(disk, run)),
    onDisk('root-filesystem', 'there is a root filesystem that can be read', checkRoot),
    onDisk('root-label', 'the root filesystem has the label asked for', checkRootLabel),
  ];
}

function onDisk(
  id: string,
  title: string,
  run: (disk: OpenDisk, subject: Subject) => Outcome | Promise<Outcome>,
): Check {
  return {
    id,
    title,
    run: async (subject) =>
      subject.disk === undefined ? skip('a directory has no disk') : run(subject.disk, subject),
  };
}

function checkSize(disk: OpenDisk, { expectations }: Subject): Outcome {
  const wanted = expectations.sizeBytes ?? expectations.layout?.sizeBytes;
  if (wanted === undefined) return skip(`no size was asked for; it has ${disk.sizeBytes} bytes`);
  if (disk.sizeBytes === wanted) return pass(`${wanted} bytes`);
  return failed(`${disk.sizeBytes} bytes instead of ${wanted}`);
}

async function checkFormat(disk: OpenDisk, { expectations }: Subject, run: Runner): Promise<Outcome> {
  const { image } = disk;
  const wanted = expectations.format;
  if (wanted !== undefined && image.format !== wanted) return failed(`it is ${image.format}, not ${wanted}`);
  if (image.format !== 'qcow2') return pass(image.format);
  const result = await run(['qemu-img', 'check', '-q', '-f', 'qcow2', image.file], { allowFailure: true });
  if (result.exitCode !== 0)
    return failed(`qemu-img check: ${`${result.stdout}${result.stderr}`.trim() || result.status}`);
  return pass(`qcow2, version ${image.qcow2?.version}, ${image.qcow2?.compression}`);
}

function checkTable({ table }: OpenDisk): Outcome {
  if (table === undefined) return skip('the disk has no partition table');
  return passUnless(table.problems, `${table.label}, ${table.partitions.length} partitions`);
}

function checkLayout(disk: OpenDisk, { expectations }: Subject): Outcome {
  const { layout } = expectations;
  if (layout === undefined) return skip('no layout was given');
  return passUnless([...tableDifferences(disk, layout), ...filesystemDifferences(disk, layout)]);
}

function tableDifferences(disk: OpenDisk, layout: DiskLayout): string[] {
  const { table } = disk;
  if (layout.table === undefined)
    return table === undefined ? [] : ['there is a partition table, but none was planned'];
  if (table === undefined) return ['there is no partition table'];
  const differences: string[] = [];
  const compare = (what: string, found: unknown, planned: unknown): void => {
    if (found !== planned) differences.push(`${what}: ${String(found)} instead of ${String(planned)}`);
  };
  compare('kind of table', table.label, layout.table.label);
  compare('disk identifier', table.id.toLowerCase(), layout.table.id.toLowerCase().replace(/^0x/u, ''));
  for (const planned of layout.table.partitions) {
    const found = table.partitions.find((partition) => partition.number === planned.number);
    const name = `partition ${planned.number}`;
    if (found === undefined) {
      differences.push(`${name} ('${planned.name}') is absent`);
      continue;
    }
    compare(`${name}, start`, found.startBytes, planned.startBytes);
    compare(`${name}, size`, found.sizeBytes, planned.sizeBytes);
    compare(`${name}, type`, canonicalType(found.type), canonicalType(planned.type));
    if (layout.table.label === 'mbr') compare(`${name}, bootable`, found.bootable, planned.bootable);
    if (planned.uuid !== undefined) compare(`${name}, UUID`, found.uuid, planned.uuid.toLowerCase());
  }
  const planned = new Set(layout.table.partitions.map((partition) => partition.number));
  for (const partition of table.partitions) {
    if (!planned.has(partition.number)) differences.push(`partition ${partition.number} was not planned`);
  }
  return differences;
}

function filesystemDifferences(disk: OpenDisk, layout: DiskLayout): string[] {
  const differences: string[] = [];
  for (const planned of layout.filesystems) {
    const found = disk.filesystems.find(
      (filesystem) =>
        filesystem.offsetBytes === planned.offsetBytes && filesystem.volume?.name === planned.volume?.name,
    );
    const name = `filesystem '${planned.name}'`;
    if (found === undefined) {
      differences.push(`${name} is absent at ${planned.offsetBytes}`);
      continue;
    }
    if (found.type !== planned.type) differences.push(`${name} is ${found.type} instead of ${planned.type}`);
    if (found.label !== planned.label)
      differences.push(`${name} has label '${found.label}' instead of '${planned.label}'`);
    if (found.uuid.toLowerCase() !== planned.uuid.toLowerCase()) {
      differences.push(`${name} has UUID ${found.uuid} instead of ${planned.uuid}`);
    }
  }
  return differences;
}

/** MBR types may be written with or without a leading zero; GPT types in either case. */
function canonicalType(type: string): string {
  return type.toLowerCase().replace(/^0x/u, '').padStart(2, '0');
}

async function checkHealth(disk: OpenDisk, run: Runner): Promise<Outcome> {
  if (disk.filesystems.length === 0) return failed('there is no filesystem on the disk');
  const healths = await Promise.all(
    disk.filesystems.map(async (filesystem) => ({
      filesystem,
      health: await checkFilesystem(disk.image, filesystem, run),
    })),
  );
  const damaged: string[] = [];
  const unchecked: string[] = [];
  for (const { filesystem, health } of healths) {
    if (health.state === 'damaged') damaged.push(`${nameOf(filesystem)}: ${health.output}`);
    if (health.state === 'unchecked') unchecked.push(`${nameOf(filesystem)}: ${health.reason}`);
  }
  if (damaged.length > 0 || unchecked.length === 0)
    return passUnless(damaged, disk.filesystems.map(nameOf).join(', '));
  return skip(`not checked: ${unchecked.join('; ')}`);
}

function checkRoot({ root, filesystems, unreadable }: OpenDisk): Outcome {
  if (root !== undefined) return pass(nameOf(root));
  const found = filesystems.map(nameOf).join(', ') || 'no filesystem at all';
  return failed([`none among: ${found}`, ...unreadable].join('\n'));
}

function checkRootLabel({ root }: OpenDisk, { expectations }: Subject): Outcome {
  const wanted = expectations.rootLabel;
  if (wanted === undefined || root === undefined)
    return skip(root === undefined ? 'no root filesystem' : 'no label was asked for');
  return root.label === wanted ? pass(wanted) : failed(`'${root.label}' instead of '${wanted}'`);
}

function nameOf({ type, partition, volume }: LocatedFilesystem): string {
  if (volume !== undefined) return `${type} on volume ${volume.group}/${volume.name}`;
  return `${type} on ${partition === undefined ? 'whole disk' : `partition ${partition.number}`}`;
}
