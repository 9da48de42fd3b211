import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const onCentos = { DISTRO_NAME: 'centos' };

/** Notes what is set as the real one does. */
const semanage = [
  'folder=/var/lib/selinux/targeted/active',
  'mkdir -p $folder',
  '[ "$*" != "${*/--on/}" ] && echo "${!#}=1" >>$folder/booleans.local',
].join('\n');

elementTest('switches on what HAProxy and keepalived need in an enforcing amphora', async (element) => {
  const built = await element.run({ environment: onCentos, commands: { semanage } });
  expect(await built.calls('semanage')).toEqual(
    ['os_haproxy_enable_nsfs', 'os_haproxy_ping', 'cluster_use_execmem', 'keepalived_connect_any'].map(
      (name) => `semanage boolean -N --modify --on ${name}`,
    ),
  );
  expect(await built.failedChecks()).toEqual([]);
});

elementTest('its checks see that nothing was switched on', async (element) => {
  const built = await element.run({ environment: onCentos, commands: { semanage: '' } });
  expect(await built.failedChecks()).not.toEqual([]);
});

elementTest('refuses distributions without the policy', async (element) => {
  const run = await element.expectFailure({ environment: { DISTRO_NAME: 'debian' } });
  expect(run.hook).toBe('post-install.d/20-selinux-booleans');
  expect(run.message).toContain('debian has no openstack-selinux policy');
});
