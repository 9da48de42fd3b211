import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { memoryReader } from '../../../src/disk/memory-reader.ts';
import { openTree } from '../../../src/disk/open-tree.ts';
import { readInstalledPackages } from '../../../src/verify/system/installed-packages.ts';

/** A database with one package, `bash 5.1`. */
function rpmDatabase(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'kiln-test-'));
  try {
    const file = join(folder, 'rpmdb.sqlite');
    const database = new DatabaseSync(file);
    database.exec('CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB)');
    const words = [2, 9, 1000, 6, 0, 1, 1001, 6, 5, 1];
    const numbers = Buffer.alloc(words.length * 4);
    words.forEach((word, index) => numbers.writeUInt32BE(word, index * 4));
    const header = Buffer.concat([numbers, Buffer.from('bash\x005.1\x00')]);
    database.prepare('INSERT INTO Packages (blob) VALUES (?)').run(header);
    database.close();
    return readFileSync(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const status = 'Package: dash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 0.5\n';
const read = (files: Parameters<typeof memoryReader>[0]) =>
  readInstalledPackages(openTree(memoryReader(files)));

test('of dpkg or rpm, whichever is there', async () => {
  const bash = { version: '5.1', architecture: 'noarch', status: 'install ok installed' };
  const database = { content: rpmDatabase() };
  const [older, newer] = ['/var/lib/rpm/rpmdb.sqlite', '/usr/lib/sysimage/rpm/rpmdb.sqlite'];
  expect(await read({ [older]: database })).toEqual(new Map([['bash', bash]]));
  expect(await read({ [newer]: database })).toEqual(new Map([['bash', bash]]));
  expect([...((await read({ '/var/lib/dpkg/status': status })) ?? [])]).toMatchObject([
    ['dash', { version: '0.5' }],
  ]);
  expect(await read({ '/var/lib/rpm/Packages': 'Berkeley DB' })).toBeUndefined();
  expect(await read({ '/etc/hostname': 'x' })).toBeUndefined();
});
