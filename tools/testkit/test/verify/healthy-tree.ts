import { memoryReader, type MemoryEntry } from '../../src/disk/memory-reader.ts';
import { openTree, type DiskTree } from '../../src/disk/open-tree.ts';

const version = '6.1.0-9-cloud-amd64';

const directory = (mode = 0o755): MemoryEntry => ({ kind: 'directory', mode });

const packages = ['haproxy', 'keepalived', 'cloud-init']
  .map((name) => `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0-1\n`)
  .join('\n');

/** The files of an image with which nothing is wrong: a Debian with one kernel, as Kiln would write it. */
export const healthyFiles: Readonly<Record<string, MemoryEntry>> = {
  '/bin': { link: 'usr/bin' },
  '/lib': { link: 'usr/lib' },
  '/sbin': { link: 'usr/sbin' },
  '/usr/sbin/haproxy': { mode: 0o755, content: 'ELF' },
  '/usr/bin/env': { mode: 0o755, content: 'ELF' },
  '/boot/efi': directory(),
  [`/boot/vmlinuz-${version}`]: 'kernel',
  [`/boot/initrd.img-${version}`]: 'initrd',
  '/boot/vmlinuz': { link: `vmlinuz-${version}` },
  '/boot/grub/grub.cfg': [
    "menuentry 'Linux' {",
    `  linux /boot/vmlinuz-${version} root=LABEL=cloudimg-rootfs ro console=ttyS0,115200`,
    `  initrd /boot/initrd.img-${version}`,
    '}',
  ].join('\n'),
  [`/usr/lib/modules/${version}/modules.dep`]:
    'kernel/drivers/block/brd.ko:\nkernel/drivers/md/dm-crypt.ko.xz: kernel/drivers/md/dm-mod.ko.xz\n',
  [`/usr/lib/modules/${version}/modules.builtin`]: 'kernel/fs/ext4/ext4.ko\n',
  '/etc/fstab': 'LABEL=cloudimg-rootfs / ext4 errors=remount-ro 0 1\n',
  '/etc/machine-id': '',
  '/etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nhaproxy:x:104:110::/var/lib/haproxy:/usr/sbin/nologin\n',
  '/etc/shadow': 'root:*:19000:0:99999:7:::\nhaproxy:!:19000::::::\n',
  '/etc/group': 'root:x:0:\nhaproxy:x:110:\n',
  '/etc/resolv.conf': 'nameserver 127.0.0.1\n',
  '/etc/ssh/sshd_config': 'PermitRootLogin no\n',
  '/etc/sysctl.d/net.ipv4.tcp_tw_reuse.conf': 'net.ipv4.tcp_tw_reuse = 1\n',
  '/etc/systemd/system/multi-user.target.wants/ssh.service': { link: '/lib/systemd/system/ssh.service' },
  '/usr/lib/systemd/system/ssh.service': '[Install]\nWantedBy=multi-user.target\n',
  '/usr/lib/systemd/system/haproxy.service': '[Install]\nWantedBy=multi-user.target\n',
  '/var/lib/dpkg/status': packages,
  '/var/lib/apt/lists/lock': '',
  '/var/cache/apt/archives/lock': '',
  '/var/lib/haproxy': directory(),
  '/var/log/syslog': '',
  '/tmp': directory(0o1777),
  '/var/tmp': directory(0o1777),
  '/run': directory(),
  '/dev/null': { kind: 'character-device', mode: 0o666 },
  '/root': directory(0o700),
};

/** A healthy tree with some entries put in, changed, or (undefined) taken out. */
export function treeWith(changes: Readonly<Record<string, MemoryEntry | undefined>> = {}): DiskTree {
  const files = Object.entries({ ...healthyFiles, ...changes }).filter(
    (entry): entry is [string, MemoryEntry] => entry[1] !== undefined,
  );
  return openTree(memoryReader(Object.fromEntries(files)));
}

export const kernelVersion = version;
