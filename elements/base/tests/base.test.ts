import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('upgrades packages, and keeps the IPv6 address stable', async (element) => {
  const built = await element.run({ files: { '/etc/cloud/cloud.cfg.d/05_own.cfg': '' } });
  expect(await built.calls('install-packages')).toContain('install-packages -u');
  expect(await built.tree.read('/etc/sysctl.d/99-cloudimg-ipv6.conf')).toContain('all.use_tempaddr=0');
  expect(await built.tree.read('/etc/cloud/cloud.cfg.d/10_etc_hosts.cfg')).toBe(
    'manage_etc_hosts: localhost\n',
  );
});

elementTest('leaves packages at their versions', async (element) => {
  const built = await element.run({ environment: { DIB_AVOID_PACKAGES_UPDATE: '1' } });
  expect(await built.calls('install-packages')).not.toContain('install-packages -u');
});

const compiling = {
  program: {
    'pre-install.d/20-compiler': `mkdir -p /usr/lib/ccache
printf '#!/bin/bash\\necho kept >>"$CCACHE_DIR/object"\\n' >/usr/lib/ccache/gcc
chmod 0755 /usr/lib/ccache/gcc
`,
    'install.d/50-compile': 'gcc program.c\n',
  },
};

elementTest(
  'compilations go through ccache where it is, and what it keeps is in no image',
  async (element) => {
    const built = await element.run({ with: ['program'], elements: compiling, observe: ['CCACHE_DIR'] });
    expect(built.variables).toEqual({ CCACHE_DIR: '/tmp/ccache' });
    expect(await built.tree.exists('/tmp/ccache/object')).toBe(false);
    expect(await built.calls('install-packages')).not.toContain('install-packages ccache');
  },
);

elementTest('brings ccache for the build if that is wished', async (element) => {
  const built = await element.run({ environment: { DIB_CCACHE: '1' } });
  const calls = await built.calls('install-packages');
  expect(calls.filter((call) => call.includes('ccache'))).toEqual([
    'install-packages ccache',
    'install-packages -e ccache',
  ]);
});
