import { describe, expect, it } from 'vitest';
import { bufferSource } from '../../src/disk/byte-source.ts';
import { parseFstab } from '../../src/disk/parse-fstab.ts';
import { probeFilesystem } from '../../src/disk/probe-filesystem.ts';
import { parseQcow2Header } from '../../src/disk/qcow2-header.ts';
import { parseMdir } from '../../src/disk/vfat-reader.ts';

function qcow2(change: (header: Buffer) => void = () => {}): Buffer {
  const header = Buffer.alloc(512);
  header.writeUInt32BE(0x514649fb, 0);
  header.writeUInt32BE(3, 4);
  header.writeBigUInt64BE(2n << 30n, 24);
  change(header);
  return header;
}

describe('parseQcow2Header', () => {
  it('reads size and compression', () => {
    expect(parseQcow2Header(qcow2())).toEqual({
      version: 3,
      virtualSizeBytes: 2 ** 31,
      compression: 'zlib',
      needs: [],
    });
    const zstd = qcow2((header) => {
      header.writeBigUInt64BE(1n << 3n, 72);
      header.writeUInt8(1, 104);
    });
    expect(parseQcow2Header(zstd)?.compression).toBe('zstd');
  });

  it('names the files that the image cannot do without', () => {
    expect(parseQcow2Header(qcow2((header) => header.writeBigUInt64BE(0x70n, 8)))?.needs).toEqual([
      'backing file',
    ]);
    expect(parseQcow2Header(qcow2((header) => header.writeBigUInt64BE(4n, 72)))?.needs).toEqual([
      'external data file',
    ]);
  });

  it('knows other files', () => {
    expect(parseQcow2Header(Buffer.alloc(512))).toBeUndefined();
    expect(parseQcow2Header(Buffer.alloc(4))).toBeUndefined();
  });
});

describe('probeFilesystem', () => {
  const at = (offset: number, write: (disk: Buffer) => void) => {
    const disk = Buffer.alloc(offset + 0x12000);
    write(disk.subarray(offset));
    return probeFilesystem(bufferSource(disk), offset);
  };

  it('tells ext2, ext3 and ext4 apart', async () => {
    const ext = (compatible: number, incompatible: number) =>
      at(4096, (disk) => {
        disk.writeUInt16LE(0xef53, 1024 + 56);
        disk.writeUInt32LE(compatible, 1024 + 92);
        disk.writeUInt32LE(incompatible, 1024 + 96);
        disk.write('cloudimg-rootfs', 1024 + 120);
        Buffer.from('00112233445566778899aabbccddeeff', 'hex').copy(disk, 1024 + 104);
      });
    expect(await ext(4, 0x40)).toEqual({
      type: 'ext4',
      label: 'cloudimg-rootfs',
      uuid: '00112233-4455-6677-8899-aabbccddeeff',
    });
    expect((await ext(4, 0))?.type).toBe('ext3');
    expect((await ext(0, 0))?.type).toBe('ext2');
  });

  it('reads vfat as fstab names it', async () => {
    const found = await at(0, (disk) => {
      disk.writeUInt16LE(0xaa55, 510);
      disk.write('FAT32   ', 82);
      disk.write('ESP        ', 71);
      disk.writeUInt32LE(0xc3ed1b21, 67);
    });
    expect(found).toEqual({ type: 'vfat', label: 'ESP', uuid: 'C3ED-1B21' });
  });

  it('finds nothing in empty space', async () => {
    expect(await at(512, () => {})).toBeUndefined();
  });
});

describe('parseFstab', () => {
  it('reads fields and undoes escapes', () => {
    expect(
      parseFstab('# comment\n\nLABEL=a / ext4 ro,noatime 0 1\nUUID=1 /my\\040data xfs\nincomplete /x\n'),
    ).toEqual([
      { device: 'LABEL=a', mountPoint: '/', type: 'ext4', options: ['ro', 'noatime'], line: 3 },
      { device: 'UUID=1', mountPoint: '/my data', type: 'xfs', options: ['defaults'], line: 4 },
    ]);
  });
});

describe('parseMdir', () => {
  it('reads short and long names below their directories', () => {
    const tree = parseMdir(
      [
        ' Volume in drive : is EFI        ',
        'Directory for ::/',
        '',
        'EFI          <DIR>     2026-11-21  10:02 ',
        '        1 file                    0 bytes',
        'Directory for ::/EFI',
        '.            <DIR>     2026-11-21  10:02 ',
        '..           <DIR>     2026-11-21  10:02 ',
        'debian       <DIR>     2026-11-21  10:02 ',
        'BOOTX64  EFI    131072 2026-11-21  10:02 ',
        'ALONGN~1 TXT         2 2026-11-21  10:02  A long name here.txt',
        'Total files listed:',
      ].join('\n'),
    );
    expect([...tree.keys()]).toEqual(['/', '/EFI']);
    expect([...(tree.get('/EFI') ?? new Map()).keys()]).toEqual([
      'debian',
      'BOOTX64.EFI',
      'A long name here.txt',
    ]);
    expect(tree.get('/EFI')?.get('BOOTX64.EFI')).toMatchObject({ kind: 'file', sizeBytes: 131072 });
  });
});
