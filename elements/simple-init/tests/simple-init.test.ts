import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const venv = `if [ "$1 $2" = '-m venv' ]; then
  mkdir -p "$3/bin"
  for name in pip glean glean.sh glean-install; do
    printf '#!/bin/bash\\necho "%s\${*:+ $*}" >>/var/lib/fixture/calls\\n' "$name" >"$3/bin/$name"
    chmod 0755 "$3/bin/$name"
  done
fi`;
const files = {
  '/etc/network/interfaces.d/eth0': 'auto eth0\n',
  '/etc/cloud/cloud.cfg.d/05_own.cfg': '',
};
/** What the repository would be, without one. */
const elements = {
  'source-repositories': {},
  repository: { 'install.d/10-repository': 'mkdir -p /tmp/glean.git\n' },
};

elementTest('installs glean from the index, and lets it install its services', async (element) => {
  const built = await element.run({ commands: { python3: venv }, files, elements });
  expect(await built.calls('pip')).toEqual([
    'pip install --no-cache-dir pbr',
    'pip install --no-cache-dir glean',
  ]);
  expect(await built.calls('glean-install')).toEqual(['glean-install']);
  expect(await built.tree.link('/usr/local/bin/glean')).toBe('/usr/glean/bin/glean');
  expect(await built.tree.read('/etc/modules-load.d/glean.conf')).toBe('8021q\n');
  expect(await built.tree.list('/etc/network/interfaces.d')).toEqual([]);
  expect(await built.tree.read('/etc/cloud/cloud.cfg.d/91-dib-cloud-init-datasources.cfg')).toContain(
    '[ None, None ]',
  );
  expect(await built.failedChecks()).toEqual([]);
});

elementTest('installs it from its repository, with NetworkManager', async (element) => {
  const environment = { DIB_INSTALLTYPE_simple_init: 'repo', DIB_SIMPLE_INIT_NETWORKMANAGER: '1' };
  const with_ = ['repository'];
  const built = await element.run({
    commands: { python3: venv },
    elements,
    with: with_,
    environment,
    observe: ['DIB_INSTALLTYPE_glean'],
  });
  expect(await built.calls('pip')).toContain('pip install --no-cache-dir /tmp/glean.git');
  expect(await built.calls('glean-install')).toEqual(['glean-install --use-nm']);
  expect((await built.calls('install-packages')).join('\n')).toContain('network-manager');
  expect(built.variables, 'the repository is fetched').toEqual({ DIB_INSTALLTYPE_glean: 'source' });
});

elementTest('on Fedora it works with NetworkManager alone', async (element) => {
  const environment = { DISTRO_NAME: 'fedora', DIB_SIMPLE_INIT_NETWORKMANAGER: '0' };
  expect((await element.expectFailure({ elements, environment })).message).toContain('on fedora glean works');
});
