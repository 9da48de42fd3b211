import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openTarTree } from '../../tools/cli/src/diff/open-tar-tree.ts';
import { readDiskLook } from './compare-disks.ts';
import type { Expectations } from './matrix-plan.ts';
import type { MatrixRow } from './matrix-row.ts';

/** What a build left behind. */
export interface BuiltOutputs {
  readonly directory: string;
  readonly log: string;
  readonly paths: ReadonlySet<string>;
  readonly readFile: (path: string) => Promise<Buffer | undefined>;
  /** The partition table and filesystems, a line each; undefined where no disk was made. */
  readonly disk: string | undefined;
}

/** Looks at the outputs of a build whose image is called `name`. */
export async function lookAtOutputs(directory: string, name: string, log: string): Promise<BuiltOutputs> {
  const tar = join(directory, `${name}.tar`);
  const tree = existsSync(tar) ? await openTarTree(tar) : undefined;
  const image = join(directory, `${name}.qcow2`);
  const look = existsSync(image) ? await readDiskLook(image) : undefined;
  return {
    directory,
    log,
    paths: new Set(tree?.files.keys()),
    readFile: (path) => tree?.readFile(path) ?? Promise.resolve(undefined),
    disk: look && [look.table, ...look.partitions, ...look.filesystems].join('\n'),
  };
}

/** The row of an element that was built: what is missing of what shows that it did its work. */
export async function verifiedRow(wanted: Expectations, built: BuiltOutputs): Promise<MatrixRow> {
  const { expect = [], content = {}, disk = [], log = [] } = wanted;
  const { 'hands-out': handedOut = [], 'absent-files': absent = [] } = wanted;
  const missing = [
    ...expect.filter((path) => !built.paths.has(path)),
    ...handedOut.filter((file) => !existsSync(join(built.directory, file))),
    ...disk.filter((part) => !built.disk?.includes(part)),
    ...log.filter((part) => !built.log.includes(part)).map((part) => `'${part}' in the log`),
  ];
  for (const [path, part] of Object.entries(content)) {
    const text = await built.readFile(path);
    if (!text?.includes(part)) missing.push(`'${part}' in ${path}`);
  }
  const surplus = absent.filter((file) => existsSync(join(built.directory, file)));
  const remark = [
    missing.length > 0 ? `lacks ${missing.join(', ')}` : '',
    surplus.length > 0 ? `has ${surplus.join(', ')}` : '',
  ];
  const isChecked = [expect, handedOut, disk, log, absent, Object.keys(content)].some(
    (list) => list.length > 0,
  );
  const isRight = missing.length + surplus.length === 0;
  return {
    resolves: 'yes',
    builds: 'yes',
    verified: isRight ? (isChecked ? 'yes' : '–') : 'no',
    remark: remark.filter(Boolean).join('; '),
  };
}
