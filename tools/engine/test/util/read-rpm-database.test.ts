import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { parseRpmHeader, readRpmDatabase } from '../../src/util/read-rpm-database.ts';

/** A header as rpm writes it, of text and number tags. */
function header(values: readonly (readonly [tag: number, value: string | number])[]): Buffer {
  const entries: Buffer[] = [];
  const data: Buffer[] = [];
  let offset = 0;
  for (const [tag, value] of values) {
    const entry = Buffer.alloc(16);
    const bytes = typeof value === 'number' ? Buffer.alloc(4) : Buffer.from(`${value}\0`);
    if (typeof value === 'number') bytes.writeUInt32BE(value);
    [tag, typeof value === 'number' ? 4 : 6, offset, 1].forEach((word, index) =>
      entry.writeUInt32BE(word, index * 4),
    );
    entries.push(entry);
    data.push(bytes);
    offset += bytes.length;
  }
  const counts = Buffer.alloc(8);
  counts.writeUInt32BE(entries.length, 0);
  counts.writeUInt32BE(offset, 4);
  return Buffer.concat([counts, ...entries, ...data]);
}

const bash = header([
  [1000, 'bash'],
  [1001, '5.1.8'],
  [1002, '9.el9'],
  [1004, 'The shell'],
  [1022, 'x86_64'],
  [1044, 'bash-5.1.8-9.el9.src.rpm'],
]);
const shadow = header([
  [1000, 'shadow-utils'],
  [1001, '4.9'],
  [1002, '8.el9'],
  [1003, 2],
  [1022, 'x86_64'],
]);

describe('parseRpmHeader', () => {
  it('takes epoch, version and release together', () => {
    expect(parseRpmHeader(bash)).toEqual({
      name: 'bash',
      version: '5.1.8-9.el9',
      architecture: 'x86_64',
      source: 'bash-5.1.8-9.el9.src.rpm',
    });
    expect(parseRpmHeader(shadow)?.version).toBe('2:4.9-8.el9');
  });

  it('finds nothing in what is no header', () => {
    expect(parseRpmHeader(Buffer.alloc(3))).toBeUndefined();
    expect(parseRpmHeader(Buffer.from('no header of a package'))).toBeUndefined();
    expect(parseRpmHeader(header([[1000, 'nameless-version']]))).toBeUndefined();
  });
});

describe('readRpmDatabase', () => {
  it('lists packages without keys, with changes that wait in the log', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kiln-test-'));
    try {
      const file = join(folder, 'rpmdb.sqlite');
      const database = new DatabaseSync(file);
      database.exec('PRAGMA journal_mode = WAL; CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB)');
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      const insert = database.prepare('INSERT INTO Packages (blob) VALUES (?)');
      for (const blob of [
        shadow,
        bash,
        header([
          [1000, 'gpg-pubkey'],
          [1001, '8483c65d'],
        ]),
      ])
        insert.run(blob);
      const wal = readFileSync(`${file}-wal`);
      const names = readRpmDatabase(readFileSync(file), wal).map(({ name }) => name);
      expect(names).toEqual(['shadow-utils', 'bash']);
      expect(readRpmDatabase(readFileSync(file)), 'without the log').toEqual([]);
      database.close();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('throws for another file', () => {
    expect(() => readRpmDatabase(Buffer.from('Berkeley DB'))).toThrow(/not a database/);
  });
});
