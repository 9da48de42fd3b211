import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const leases = `mkdir -p /etc/ssh/sshd_config.d
lease() { reason=$1 interface=$2 new_ip_address=$3; . /etc/dhcp/dhclient-exit-hooks.d/rebind-sshd; }
lease BOUND eth0 192.0.2.7
lease BOUND eth1 198.51.100.9
lease EXPIRE eth0 192.0.2.8
`;

elementTest(
  'a lease of the management interface, the first one, binds sshd to its address',
  async (element) => {
    const built = await element.run({
      elements: { leases: { 'finalise.d/99-lease': leases } },
      with: ['leases'],
      // The hook asks whether it is in the amphora's own network namespace.
      commands: { readlink: 'echo the same' },
    });
    expect(await built.tree.read('/etc/ssh/sshd_config.d/10-rebind-sshd.conf')).toBe(
      '# eth0\nListenAddress 192.0.2.7\n',
    );
    expect(await built.calls('systemctl')).toEqual(['systemctl --no-block try-restart ssh.service']);
    expect(await built.failedChecks()).toEqual([]);
  },
);
