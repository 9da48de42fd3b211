/** One member of the archive from which the tests' tree is made. */
interface Member {
  readonly path: string;
  readonly type?: 'file' | 'link' | 'symlink' | 'character' | 'block' | 'directory' | 'fifo';
  readonly mode?: number;
  readonly owner?: readonly [number, number];
  readonly content?: Buffer;
  readonly target?: string;
  readonly device?: readonly [number, number];
  /** pax records: `SCHILY.xattr.<name>`, `SCHILY.acl.access`. */
  readonly attributes?: Readonly<Record<string, string | Buffer>>;
}

const typeFlag = {
  file: '0',
  link: '1',
  symlink: '2',
  character: '3',
  block: '4',
  directory: '5',
  fifo: '6',
} as const;

/** Every time in the tree, in seconds: some day in 2017. */
export const treeSeconds = 1_500_000_000;

const acl = 'user::rwx,user:1234:rw-,group::r-x,group:4:r-x,mask::rwx,other::r-x';
/** `cap_net_raw+ep`, as the kernel stores it (version 2). */
const netRaw = Buffer.from('0100000200200000000000000000000000000000', 'hex');

const members: readonly Member[] = [
  { path: './', type: 'directory', mode: 0o751, attributes: { 'SCHILY.xattr.user.top': 'yes' } },
  { path: './bin/', type: 'directory' },
  {
    path: './bin/ping',
    mode: 0o4755,
    content: filled(300_000),
    attributes: { 'SCHILY.xattr.security.capability': netRaw },
  },
  { path: './boot/', type: 'directory' },
  { path: './boot/vmlinuz', content: filled(5000) },
  { path: './boot/efi/', type: 'directory', mode: 0o750, owner: [3, 4] },
  { path: './boot/efi/EFI/', type: 'directory' },
  { path: './boot/efi/EFI/BOOT/', type: 'directory' },
  { path: './boot/efi/EFI/BOOT/BOOTX64.EFI', content: filled(200_000) },
  { path: './boot/efi/EFI/BOOT/a long name.cfg', content: Buffer.from('set timeout=0\n') },
  { path: './dev/', type: 'directory' },
  { path: './dev/null', type: 'character', mode: 0o666, device: [1, 3] },
  { path: './dev/vda', type: 'block', mode: 0o660, device: [254, 0] },
  { path: './etc/', type: 'directory' },
  { path: './etc/one', owner: [5, 70_000], content: Buffer.from('hello\n') },
  { path: './etc/two', type: 'link', target: './etc/one', owner: [5, 70_000] },
  { path: './etc/link', type: 'symlink', target: '../bin/ping' },
  { path: './etc/fifo', type: 'fifo', mode: 0o600 },
  {
    path: './home/',
    type: 'directory',
    owner: [1000, 1001],
    attributes: { 'SCHILY.xattr.user.note': 'kept' },
  },
  { path: './proc/', type: 'directory' },
  { path: './srv/', type: 'directory' },
  { path: './srv/data', content: filled(1_000_000) },
  { path: './usr/', type: 'directory' },
  { path: './var/', type: 'directory' },
  {
    path: './var/journal/',
    type: 'directory',
    attributes: { 'SCHILY.acl.access': acl, 'SCHILY.acl.default': acl },
  },
  ...Array.from({ length: 200 }, (_, index): Member => ({
    path: `./home/ä file ${(index * 7919) % 1000}`,
    content: filled(index),
  })),
];

/** The tree as a pax archive: with `tar --xattrs --acls` it needs no other tool to be made. */
export function treeArchive(): Buffer {
  return Buffer.concat([...members.flatMap(encodeMember), Buffer.alloc(1024)]);
}

function filled(length: number): Buffer {
  return Buffer.alloc(length, `some text of ${length} bytes. `);
}

function encodeMember(member: Member): readonly Buffer[] {
  const records = Object.entries(member.attributes ?? {}).map(([key, value]) =>
    paxRecord(key, Buffer.from(value)),
  );
  const pax = Buffer.concat(records);
  const extended =
    records.length === 0 ? [] : [header({ path: './PaxHeader' }, 'x', pax.length), padded(pax)];
  const content = member.content ?? Buffer.alloc(0);
  return [...extended, header(member, typeFlag[member.type ?? 'file'], content.length), padded(content)];
}

/** `<length> <key>=<value>\n`, where the length counts itself. */
function paxRecord(key: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from('\n')]);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function header(member: Member, type: string, size: number): Buffer {
  const block = Buffer.alloc(512);
  const isDirectory = type === '5';
  const octal = (value: number, at: number, length: number) =>
    block.write(value.toString(8).padStart(length - 1, '0'), at, 'latin1');
  block.write(member.path, 0, 'utf8');
  octal(member.mode ?? (isDirectory ? 0o755 : 0o644), 100, 8);
  octal(member.owner?.[0] ?? 0, 108, 8);
  octal(member.owner?.[1] ?? 0, 116, 8);
  octal(size, 124, 12);
  octal(treeSeconds, 136, 12);
  block.write(type, 156, 'latin1');
  block.write(member.target ?? '', 157, 'utf8');
  block.write('ustar\u000000', 257, 'latin1');
  octal(member.device?.[0] ?? 0, 329, 8);
  octal(member.device?.[1] ?? 0, 337, 8);
  block.fill(' ', 148, 156);
  block.write(
    `${block
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
    'latin1',
  );
  return block;
}

function padded(content: Buffer): Buffer {
  return Buffer.concat([content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}
