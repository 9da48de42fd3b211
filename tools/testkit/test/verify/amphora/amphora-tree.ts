import type { MemoryEntry } from '../../../src/disk/memory-reader.ts';
import { healthyFiles, kernelVersion } from '../healthy-tree.ts';

const packages =
  'haproxy keepalived ipvsadm cryptsetup cloud-init python3 rsyslog logrotate acl cron curl ethtool iproute2 iptables iputils-ping lsof net-tools netbase psmisc socat vlan nftables octavia-agent openssh-server'.split(
    ' ',
  );

/** A stanza of dpkg's database. */
export const stanza = (name: string): string =>
  `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0-1\n`;

const modules = 'brd dm-crypt xts ip_vs nf_conntrack nf_tables nft_masq nft_ct sctp isofs vfat ext4'.split(
  ' ',
);

const settings = `
fs.file-max = 2600000
fs.nr_open = 2600000
net.core.netdev_max_backlog = 100000
net.core.rmem_max = 67108864
net.core.somaxconn = 65534
net.core.wmem_max = 67108864
net.ipv4.ip_local_port_range = 1025 65534
net.ipv4.ip_nonlocal_bind = 1
net.ipv4.ping_group_range = 0 2147483647
net.ipv4.tcp_fin_timeout = 5
net.ipv4.tcp_keepalive_time = 300
net.ipv4.tcp_max_orphans = 5800000
net.ipv4.tcp_max_syn_backlog = 100000
net.ipv4.tcp_max_tw_buckets = 5800000
net.ipv4.tcp_mtu_probing = 1
net.ipv4.tcp_rmem = 4096 87380 33554432
net.ipv4.tcp_synack_retries = 3
net.ipv4.tcp_tw_reuse = 1
net.ipv4.tcp_wmem = 4096 87380 33554432
net.ipv6.ip_nonlocal_bind = 1
net.netfilter.nf_conntrack_tcp_timeout_fin_wait = 5
net.netfilter.nf_conntrack_tcp_timeout_time_wait = 5
`;

const unit = (wantedBy: string, ordering = ''): string =>
  `[Unit]\n${ordering}\n[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=${wantedBy}\n`;

const directory: MemoryEntry = { kind: 'directory', mode: 0o755 };
const program: MemoryEntry = { mode: 0o755, content: '#!/bin/sh\n' };

/** What `enabled` adds: the unit's file, and the link that wants it. */
function enabled(name: string, target: string, text = unit(target)): Readonly<Record<string, MemoryEntry>> {
  return {
    [`/usr/lib/systemd/system/${name}`]: text,
    [`/etc/systemd/system/${target}.wants/${name}`]: { link: `/usr/lib/systemd/system/${name}` },
  };
}

/** The files of a small amphora with which nothing is wrong: Debian, the agent from its package. */
export const amphoraFiles: Readonly<Record<string, MemoryEntry>> = {
  ...healthyFiles,
  '/etc/os-release': 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nID=debian\n',
  '/etc/machine-id': 'uninitialized\n',
  '/var/lib/dpkg/status': packages.map(stanza).join('\n'),
  '/boot/grub/grub.cfg': `set timeout=0\n${String(healthyFiles['/boot/grub/grub.cfg'])}`,
  [`/usr/lib/modules/${kernelVersion}/modules.dep`]: modules.map((name) => `kernel/${name}.ko:\n`).join(''),
  '/etc/group': 'root:x:0:\nnogroup:x:65534:\nhaproxy:x:110:\n',
  '/usr/bin/amphora-agent': program,
  '/etc/octavia/certs': directory,
  '/var/lib/octavia/haproxy-default-user-group.conf': 'global\n    group nogroup\n',
  '/var/lib/octavia/ping-wrapper.sh': program,
  ...enabled('octavia-agent.service', 'multi-user.target'),
  ...enabled('prometheus-proxy.service', 'multi-user.target'),
  ...enabled(
    'certs-ramfs.service',
    'octavia-agent.service',
    unit('octavia-agent.service', 'Before=amphora-agent.service octavia-agent.service'),
  ),
  '/etc/systemd/system/amphora-agent.service': { link: '/usr/lib/systemd/system/octavia-agent.service' },
  '/usr/lib/systemd/system-preset/90.preset': 'disable *\n',
  '/usr/local/bin/certfs-ramfs': { mode: 0o755, content: 'cryptsetup --type=luks1 luksFormat /dev/ram0\n' },
  '/etc/sysctl.d/octavia.conf': settings,
  '/etc/rsyslog.d/49-haproxy.conf': 'local0.* /var/log/haproxy.log\n',
  '/etc/rsyslog.d/55-octavia-socket.conf': 'input(type="imuxsock" Socket="/run/rsyslog/octavia/log")\n',
  '/etc/logrotate.d/haproxy': '/var/log/haproxy.log {\n  hourly\n  postrotate\n    true\n  endscript\n}\n',
  '/etc/nsswitch.conf': 'passwd: files\nhosts: files\n',
  '/etc/dhcp/dhclient-enter-hooks.d/noresolvconf': {
    mode: 0o755,
    content: 'make_resolv_conf() { :; }\n',
  },
  '/etc/dhcp/dhclient-exit-hooks.d/rebind-sshd': program,
  '/etc/NetworkManager/conf.d/dns-none.conf': '[main]\ndns=none\n',
  '/etc/NetworkManager/conf.d/no-auto-default.conf': '[main]\nno-auto-default=*\n',
  '/etc/cloud/cloud.cfg': 'disable_root: true\n',
  '/etc/cloud/cloud.cfg.d/91-dib-cloud-init-datasources.cfg': 'datasource_list: [  ConfigDrive, None ]\n',
  '/usr/sbin/sshd': program,
};

/** The same with the agent from source, as Octavia's script builds it by default. */
export const sourceAmphoraFiles: Readonly<Record<string, MemoryEntry | undefined>> = {
  ...amphoraFiles,
  '/usr/bin/amphora-agent': undefined,
  '/etc/systemd/system/amphora-agent.service': undefined,
  '/usr/lib/systemd/system/octavia-agent.service': undefined,
  '/etc/systemd/system/multi-user.target.wants/octavia-agent.service': undefined,
  ...enabled('amphora-agent.service', 'multi-user.target'),
  '/usr/bin/python3': program,
  '/opt/amphora-agent-venv/bin/python3': { link: '/usr/bin/python3' },
  '/opt/amphora-agent-venv/lib/python3.11/site-packages/octavia-11.0.0.dist-info/METADATA': 'Name: octavia\n',
  '/opt/amphora-agent.gitref': `${'0123456789'.repeat(4)}\n`,
  ...Object.fromEntries(
    [
      'amphora-agent',
      'amphora-health-checker',
      'amphora-interface',
      'prometheus-proxy',
      'haproxy-vrrp-check',
    ].flatMap((name) => [
      [`/opt/amphora-agent-venv/bin/${name}`, program],
      [`/usr/local/bin/${name}`, { link: `/opt/amphora-agent-venv/bin/${name}` }],
    ]),
  ),
};
