import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const web = {
  'init-scripts/systemd/web.service': '[Service]\nExecStart=/bin/true\n',
  'init-scripts/systemd/web.service.d/10-more.conf': '[Unit]\n',
  'init-scripts/openrc/web': '#!/sbin/openrc-run\n',
};

elementTest('installs service files for the init system, and says which one it is', async (element) => {
  const built = await element.run({
    elements: { web: { ...web, 'install.d/50-ask': 'dib-init-system >/asked\n' } },
    with: ['web'],
  });
  expect(await built.tree.mode('/usr/lib/systemd/system/web.service')).toBe('0644');
  expect(await built.tree.exists('/usr/lib/systemd/system/web.service.d/10-more.conf')).toBe(true);
  expect(await built.tree.exists('/etc/init.d/web')).toBe(false);
  expect(await built.tree.read('/asked')).toBe('systemd\n');
});

elementTest('adds services to the runlevel where OpenRC starts them', async (element) => {
  const built = await element.run({
    elements: { web },
    with: ['web'],
    environment: { DIB_INIT_SYSTEM: 'openrc' },
  });
  expect(await built.tree.mode('/etc/init.d/web')).toBe('0755');
  expect(await built.calls('rc-update')).toEqual(['rc-update add web default']);
});

elementTest('refuses an init system that it does not know', async (element) => {
  const failed = await element.expectFailure({ environment: { DIB_INIT_SYSTEM: 'launchd' } });
  expect(failed.message).toMatch(/DIB_INIT_SYSTEM is 'launchd'/);
});
