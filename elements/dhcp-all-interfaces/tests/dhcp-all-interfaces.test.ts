import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'vitest';

const program = '#!/bin/sh\n';

elementTest('with ifupdown, udev starts a service for each interface', async (element) => {
  const files = {
    '/usr/sbin/ifup': program,
    '/etc/NetworkManager/dispatcher.d/hook': 'of another package',
    '/etc/network/interfaces': 'auto eth0\niface eth0 inet dhcp\n',
    '/etc/network/interfaces.d/eth0': 'auto eth0\n',
    '/etc/dhcp/dhclient.conf': 'timeout 300;\nretry 1;\nsend host-name = gethostname();\n',
  };
  const environment = { DIB_DHCP_TIMEOUT: '60' };
  const built = await element.run({ files, environment, observe: ['DIB_APT_MINIMAL_CREATE_INTERFACES'] });
  expect(await built.tree.read('/etc/network/interfaces')).toContain('source /etc/network/interfaces.d/*');
  expect(await built.tree.list('/etc/network/interfaces.d')).toEqual([]);
  expect(await built.tree.read('/etc/udev/rules.d/99-dhcp-all-interfaces.rules')).toContain(
    'dhcp-interface@$name.service',
  );
  expect(await built.tree.read('/usr/lib/systemd/system/dhcp-interface@.service')).toContain(
    'TimeoutStartSec=210\n',
  );
  expect(await built.tree.read('/usr/local/sbin/dhcp-all-interfaces')).toContain('timeout=60\n');
  expect(await built.tree.mode('/usr/local/sbin/dhcp-all-interfaces')).toBe('0755');
  expect(await built.tree.read('/etc/dhcp/dhclient.conf')).toBe(
    'send host-name = gethostname();\ntimeout 60;\n',
  );
  expect(built.variables).toEqual({ DIB_APT_MINIMAL_CREATE_INTERFACES: '0' });
  expect(await built.failedChecks()).toEqual([]);
});

elementTest('NetworkManager or networkd do it themselves', async (element) => {
  const manager = await element.run({ files: { '/usr/sbin/NetworkManager': program } });
  expect(await manager.tree.read('/etc/NetworkManager/conf.d/50-dhcp-all-interfaces.conf')).toContain(
    'dhcp=internal\n',
  );
  const networkd = await element.run();
  expect(await networkd.tree.read('/etc/systemd/network/80-dhcp-all-interfaces.network')).toContain(
    'DHCP=yes\n',
  );
  expect(await networkd.calls('systemctl')).toContain('systemctl enable systemd-networkd.service');
});

elementTest('says what it cannot work with', async (element) => {
  const wrong = await element.expectFailure({ environment: { DIB_DHCP_TIMEOUT: '1m' } });
  expect(wrong.message).toContain("DIB_DHCP_TIMEOUT is '1m'");
});

interface Interface {
  readonly name?: string;
  readonly addressType?: string;
  readonly carrier?: string;
  readonly configured?: boolean;
  /** What rdisc6 prints, and its status. */
  readonly routers?: readonly [text: string, status: number];
}

/** Runs the program for an interface that is described, and returns the configuration that it writes. */
function configurationOf(described: Interface): string | undefined {
  const {
    name = 'ens3',
    addressType = '0',
    carrier = '1',
    configured = false,
    routers = ['', 2],
  } = described;
  const folder = mkdtempSync(join(tmpdir(), 'dhcp-'));
  try {
    const programs = {
      ifquery: configured ? 'echo address: 192.0.2.1' : 'exit 1',
      ip: 'true',
      sleep: 'true',
      rdisc6: `cat <<'TEXT'\n${routers[0]}\nTEXT\nexit ${routers[1]}`,
    };
    mkdirSync(join(folder, 'bin'));
    for (const [program, body] of Object.entries(programs)) {
      writeFileSync(join(folder, 'bin', program), `#!/bin/sh\n${body}\n`);
      chmodSync(join(folder, 'bin', program), 0o755);
    }
    const device = join(folder, 'sys/class/net', name);
    mkdirSync(device, { recursive: true });
    writeFileSync(join(device, 'addr_assign_type'), `${addressType}\n`);
    writeFileSync(join(device, 'carrier'), `${carrier}\n`);
    const source = new URL('../dhcp-all-interfaces/configure-interface', import.meta.url).pathname;
    writeFileSync(join(folder, 'program'), readFileSync(source, 'utf8').replace('@TIMEOUT@', '2'));
    const ran = spawnSync('bash', [join(folder, 'program'), name], {
      env: { PATH: `${folder}/bin:/usr/bin:/bin`, DHCP_SYSFS: join(folder, 'sys'), DHCP_INTERFACES: folder },
      encoding: 'utf8',
    });
    expect(ran.stderr).toBe('');
    expect(ran.status).toBe(0);
    const file = join(folder, name);
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const plain = 'auto ens3\niface ens3 inet dhcp\n';
const advertised = (address: string, other: string) =>
  `Stateful address conf.    :          ${address}\nStateful other conf.      :          ${other}`;

test('asks for IPv4 by DHCP, and for IPv6 as the routers say', () => {
  expect(configurationOf({})).toBe(plain);
  expect(configurationOf({ routers: [advertised('No', 'No'), 0] })).toBe(`${plain}iface ens3 inet6 auto\n`);
  expect(configurationOf({ routers: [advertised('No', 'Yes'), 0] })).toBe(
    `${plain}iface ens3 inet6 auto\n    dhcp 1\n`,
  );
  expect(configurationOf({ routers: [advertised('Yes', 'Yes'), 0] })).toBe(`${plain}iface ens3 inet6 dhcp\n`);
});

test('leaves alone what is configured, made up, or has no link; takes VLANs', () => {
  expect(configurationOf({ configured: true })).toBeUndefined();
  expect(configurationOf({ addressType: '1' })).toBeUndefined();
  expect(configurationOf({ addressType: '2', name: 'dummy0' })).toBeUndefined();
  expect(configurationOf({ carrier: '0' })).toBeUndefined();
  expect(configurationOf({ addressType: '2', name: 'ens3.7' })).toBe('auto ens3.7\niface ens3.7 inet dhcp\n');
});
