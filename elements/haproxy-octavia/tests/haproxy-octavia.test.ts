import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('installs HAProxy, off, with the kernel settings of an amphora', async (element) => {
  const built = await element.run({
    files: { '/etc/passwd': 'root:x:0:0::/root:/bin/bash\nhaproxy:x:100:100::/:/bin/false\n' },
  });
  expect(await built.failedChecks()).toEqual([]);
  expect(await built.calls('systemctl')).toEqual(['systemctl disable haproxy.service']);
  expect(await built.tree.read('/etc/sysctl.d/fs.nr_open.conf')).toContain('fs.nr_open = 2600000\n');
  expect(await built.tree.mode('/var/lib/octavia/ping-wrapper.sh')).toBe('0755');
  expect(await built.tree.read('/var/lib/octavia/haproxy-default-user-group.conf')).toContain(
    'group nogroup',
  );
});
