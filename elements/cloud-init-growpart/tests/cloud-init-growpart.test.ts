import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const files = { '/etc/cloud/cloud.cfg.d/05_own.cfg': '' };

for (const devices of ['/ /dev/vda3', '/,/dev/vda3', "['/', '/dev/vda3']", '- /\n- /dev/vda3']) {
  elementTest(`tells cloud-init which partitions to grow: ${JSON.stringify(devices)}`, async (element) => {
    const environment = { DIB_CLOUD_INIT_GROWPART_DEVICES: devices };
    const built = await element.run({ files, environment });
    expect(await built.tree.read('/etc/cloud/cloud.cfg.d/55-growpart.cfg')).toBe(
      "#cloud-config\ngrowpart:\n  mode: auto\n  devices: ['/', '/dev/vda3']\n  ignore_growroot_disabled: false\n",
    );
    expect(await built.calls('install-packages')).toContain('install-packages cloud-guest-utils');
    expect(await built.failedChecks()).toEqual([]);
  });
}

elementTest('says what is missing: the partitions, or cloud-init', async (element) => {
  expect((await element.expectFailure({ files })).output).toContain('set DIB_CLOUD_INIT_GROWPART_DEVICES');
  const failed = await element.expectFailure({ environment: { DIB_CLOUD_INIT_GROWPART_DEVICES: '/' } });
  expect(failed.message).toContain('add the element cloud-init');
});
