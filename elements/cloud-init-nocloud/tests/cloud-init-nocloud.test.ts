import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('cloud-init finds empty data on the disk, and asks nobody else', async (element) => {
  const files = {
    '/etc/cloud/cloud.cfg.d/05_own.cfg': '',
    '/var/lib/cloud/seed/nocloud/user-data': '#cloud-config\n',
  };
  const built = await element.run({ files, environment: { DIB_CLOUD_INIT_DATASOURCES: 'Ec2' } });
  expect(await built.tree.read('/etc/cloud/cloud.cfg.d/91-dib-cloud-init-datasources.cfg')).toBe(
    'datasource_list: [ NoCloud, None ]\n',
  );
  expect(await built.tree.read('/var/lib/cloud/seed/nocloud/meta-data')).toBe('');
  expect(await built.tree.read('/var/lib/cloud/seed/nocloud/user-data'), 'what is there stays').toBe(
    '#cloud-config\n',
  );
  expect(await built.failedChecks()).toEqual([]);
});
