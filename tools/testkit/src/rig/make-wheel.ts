import { crc32 } from 'node:zlib';
import { digestOf } from '@kiln/engine/fingerprint/digest.ts';

/** A Python package as pip installs it. */
export interface Wheel {
  readonly filename: string;
  readonly bytes: Buffer;
  readonly sha256: string;
}

/** Makes a wheel (PEP 427) of one module that has a `VERSION`. The same each time. */
export function makeWheel(name: string, version: string, requires: readonly string[] = []): Wheel {
  const info = `${name}-${version}.dist-info`;
  const metadata = ['Metadata-Version: 2.1', `Name: ${name}`, `Version: ${version}`];
  const files: readonly (readonly [string, string])[] = [
    [`${name}.py`, `VERSION = '${version}'\n`],
    [`${info}/METADATA`, `${[...metadata, ...requires.map((it) => `Requires-Dist: ${it}`)].join('\n')}\n`],
    [`${info}/WHEEL`, 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n'],
  ];
  const record = [...files.map(([path]) => `${path},,`), `${info}/RECORD,,`].join('\n');
  const bytes = zip([...files, [`${info}/RECORD`, `${record}\n`]]);
  return { filename: `${name}-${version}-py3-none-any.whl`, bytes, sha256: digestOf(bytes) };
}

/** A zip archive without compression (APPNOTE.TXT of PKWARE, 4.3). */
function zip(files: readonly (readonly [path: string, text: string])[]): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const [path, text] of files) {
    const [name, data] = [Buffer.from(path), Buffer.from(text)];
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x21, 8); // 1980-01-01, the first day there is
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(name.length, 22);
    const header = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, name, data]);
    const entry = Buffer.alloc(14);
    entry.writeUInt32LE(offset, 10);
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, entry, name]));
    local.push(header);
    offset += header.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, directory, end]);
}
