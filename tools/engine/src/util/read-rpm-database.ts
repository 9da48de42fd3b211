import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** A package in rpm's database. `version` has epoch and release: `1:2.3-4.el9`. */
export interface RpmPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** File name of the source package. */
  readonly source: string | undefined;
}

/** Where distributions have the database; older and newer place, one of them often a link to the other. */
export const rpmDatabases = ['/usr/lib/sysimage/rpm/rpmdb.sqlite', '/var/lib/rpm/rpmdb.sqlite'] as const;

/**
 * Reads rpm's database where it is SQLite, as since rpm 4.16: table `Packages`, a header as a blob for each package.
 * Keys that packages are checked with stand there as packages `gpg-pubkey`; they are left out.
 *
 * @param wal the file `rpmdb.sqlite-wal` beside it, where there is one: a database that was not closed has its last changes there.
 * @returns in the order in which they were installed. Throws for what is no such database.
 */
export function readRpmDatabase(database: Buffer, wal?: Buffer): readonly RpmPackage[] {
  const folder = mkdtempSync(join(tmpdir(), 'kiln-rpmdb-'));
  try {
    // SQLite reads files only, and may write beside them.
    const file = join(folder, 'rpmdb.sqlite');
    writeFileSync(file, database);
    if (wal !== undefined) writeFileSync(`${file}-wal`, wal);
    const opened = new DatabaseSync(file);
    try {
      const rows = opened.prepare('SELECT blob FROM Packages ORDER BY hnum').all();
      return rows.flatMap(({ blob }) => {
        const header = blob instanceof Uint8Array ? parseRpmHeader(Buffer.from(blob)) : undefined;
        return header === undefined || header.name === 'gpg-pubkey' ? [] : [header];
      });
    } finally {
      opened.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const tags = { name: 1000, version: 1001, release: 1002, epoch: 1003, architecture: 1022, source: 1044 };
const entryBytes = 16;
const int32Type = 4;

/**
 * Parses a header (rpm's documentation, "Package format"): the counts of entries and of data bytes, the entries (tag, type, offset, count), the data.
 * All numbers are big-endian.
 *
 * @returns undefined where there is no name or version in it.
 */
export function parseRpmHeader(header: Buffer): RpmPackage | undefined {
  if (header.length < 8) return undefined;
  const entryCount = header.readUInt32BE(0);
  const dataStart = 8 + entryCount * entryBytes;
  if (dataStart > header.length) return undefined;
  const values = new Map<number, string>();
  for (let at = 8; at < dataStart; at += entryBytes) {
    const [tag, type, offset] = [
      header.readUInt32BE(at),
      header.readUInt32BE(at + 4),
      header.readUInt32BE(at + 8),
    ];
    if (!Object.values(tags).includes(tag)) continue;
    const start = dataStart + offset;
    if (type === int32Type) values.set(tag, String(header.readUInt32BE(start)));
    else values.set(tag, header.toString('utf8', start, header.indexOf(0, start)));
  }
  const [name, version] = [values.get(tags.name), values.get(tags.version)];
  if (name === undefined || version === undefined) return undefined;
  const epoch = values.get(tags.epoch);
  const release = values.get(tags.release);
  return {
    name,
    version: `${epoch === undefined ? '' : `${epoch}:`}${version}${release === undefined ? '' : `-${release}`}`,
    architecture: values.get(tags.architecture) ?? 'noarch',
    source: values.get(tags.source),
  };
}
