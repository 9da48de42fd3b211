import type { FixturePackage } from './fixture-package.ts';

type Content = Omit<FixturePackage, 'name'>;

const units = '/usr/lib/systemd/system';

/** A unit that `systemctl enable` finds an [Install] section in. */
export function unit(description: string, target = 'multi-user.target'): string {
  return `[Unit]\nDescription=${description}\n\n[Service]\nExecStart=/usr/bin/true\n\n[Install]\nWantedBy=${target}\n`;
}

function service(name: string, files: Readonly<Record<string, string>> = {}): Content {
  return {
    files: { [`${units}/${name}.service`]: unit(name), ...files },
    script: `systemctl enable ${name}.service`,
  };
}

/** Notes how it was called, then does what the lines say. */
export function noting(lines = ''): string {
  return `#!/bin/bash\nset -eu\necho "\${0##*/}\${*:+ $*}" >>/var/lib/fixture/calls\n${lines}\n`;
}

const cloudInit: Content = {
  files: {
    '/etc/cloud/cloud.cfg': 'datasource_list: [ NoCloud, ConfigDrive, OpenStack, None ]\n',
    '/etc/cloud/cloud.cfg.d/README': 'settings\n',
    [`${units}/cloud-config.target`]: '[Unit]\nDescription=cloud-config\n',
    ...Object.fromEntries(
      ['cloud-init-local', 'cloud-init', 'cloud-config', 'cloud-final'].map((name) => [
        `${units}/${name}.service`,
        unit(name, 'cloud-init.target'),
      ]),
    ),
  },
};

const sshServer = (name: string): Content => ({
  files: {
    [`${units}/${name}.service`]: unit(name),
    '/usr/sbin/sshd': '#!/bin/sh\n',
    '/etc/ssh/sshd_config': 'Include /etc/ssh/sshd_config.d/*.conf\nPasswordAuthentication no\n',
    '/etc/ssh/sshd_config.d/50-distribution.conf': 'X11Forwarding no\n',
  },
  // What the package does where no keys are there.
  script: `systemctl enable ${name}.service\n[ -e /etc/ssh/ssh_host_rsa_key ] || echo made >/etc/ssh/ssh_host_rsa_key`,
});

const haproxy: Content = {
  ...service('haproxy'),
  script:
    'useradd --system --user-group --home-dir /var/lib/haproxy haproxy\nsystemctl enable haproxy.service',
};

const logrotate: Content = {
  files: {
    [`${units}/logrotate.timer`]:
      '[Unit]\nDescription=logrotate\n\n[Timer]\nOnCalendar=daily\n\n[Install]\nWantedBy=timers.target\n',
    '/etc/logrotate.conf': 'weekly\ninclude /etc/logrotate.d\n',
  },
  script: 'systemctl enable logrotate.timer',
};

/** What both families call by the same name. */
const common: Readonly<Record<string, Content>> = {
  haproxy,
  logrotate,
  keepalived: service('keepalived'),
  rsyslog: service('rsyslog', { '/etc/rsyslog.conf': '$IncludeConfig /etc/rsyslog.d/*.conf\n' }),
  irqbalance: service('irqbalance'),
  tuned: { files: { [`${units}/tuned.service`]: unit('tuned'), '/etc/tuned/active_profile': 'balanced\n' } },
  'cloud-init': cloudInit,
  firewalld: service('firewalld'),
};

const rsyslogProfile =
  '#include <tunables/global>\nprofile rsyslogd /usr/sbin/rsyslogd {\n  #include <abstractions/base>\n}\n';

/** Of Debian and Ubuntu, by name. */
export const debianServices: Readonly<Record<string, Content>> = {
  ...common,
  rsyslog: service('rsyslog', {
    '/etc/rsyslog.conf': '$IncludeConfig /etc/rsyslog.d/*.conf\n',
    '/etc/apparmor.d/usr.sbin.rsyslogd': rsyslogProfile,
    '/etc/apparmor.d/rsyslog.d/README': 'rules\n',
  }),
  'openssh-server': sshServer('ssh'),
  cron: service('cron'),
  dbus: service('dbus'),
  ifupdown: {
    files: {
      '/etc/network/interfaces': 'source-directory /etc/network/interfaces.d\n',
      '/etc/network/interfaces.d/setup': 'auto lo\niface lo inet loopback\n',
    },
  },
  'isc-dhcp-client': {
    files: {
      '/etc/dhcp/dhclient-enter-hooks.d/README': 'sourced\n',
      '/etc/dhcp/dhclient-exit-hooks.d/README': 'sourced\n',
    },
  },
  'amphora-agent': {
    files: {
      '/usr/bin/amphora-agent': '#!/bin/sh\n',
      '/usr/bin/prometheus-proxy': '#!/bin/sh\n',
      [`${units}/amphora-agent.service`]: unit('agent'),
    },
  },
};

/** As in releases since 9: minimal forms, which dnf itself is content with, and a firewall's program of several implementations. */
const redHatForms: Readonly<Record<string, Content>> = {
  curl: { requires: ['libcurl'], conflicts: ['curl-minimal'] },
  'curl-minimal': { conflicts: ['curl'] },
  libcurl: { provides: ['libcurl.so.4'], conflicts: ['libcurl-minimal'] },
  'libcurl-minimal': { provides: ['libcurl.so.4'], conflicts: ['libcurl'] },
  'iptables-nft': { provides: ['iptables'] },
};

/** Of the Red Hat family, by name. */
export const redHatServices: Readonly<Record<string, Content>> = {
  ...common,
  ...redHatForms,
  'openssh-server': sshServer('sshd'),
  cronie: service('crond'),
  'dhcp-client': { files: { '/etc/dhcp/dhclient.d/README': 'sourced\n' } },
  NetworkManager: service('NetworkManager', { '/etc/NetworkManager/NetworkManager.conf': '[main]\n' }),
  'selinux-policy-targeted': {
    files: {
      '/etc/selinux/config': 'SELINUX=enforcing\nSELINUXTYPE=targeted\n',
      '/etc/selinux/targeted/contexts/files/file_contexts': '/.* system_u:object_r:default_t:s0\n',
    },
  },
  policycoreutils: { files: { '/usr/sbin/setfiles': noting() } },
  'policycoreutils-python-utils': {
    files: {
      '/usr/sbin/semanage': noting(
        'active=/var/lib/selinux/targeted/active\nmkdir -p $active\necho "${!#}=1" >>$active/booleans.local',
      ),
    },
  },
  'crypto-policies-scripts': {
    files: {
      '/usr/bin/update-crypto-policies': noting(
        'mkdir -p /etc/crypto-policies\necho "${!#}" >/etc/crypto-policies/config',
      ),
    },
  },
  // Of RDO: openstack-octavia.spec.
  'openstack-octavia-amphora-agent': {
    files: {
      '/usr/bin/amphora-agent': '#!/bin/sh\n',
      '/usr/bin/prometheus-proxy': '#!/bin/sh\n',
      [`${units}/octavia-amphora-agent.service`]: unit('agent'),
      '/etc/logrotate.d/openstack-octavia-amphora-agent':
        '/var/log/octavia/amphora-agent.log {\n    weekly\n}\n',
    },
  },
};
