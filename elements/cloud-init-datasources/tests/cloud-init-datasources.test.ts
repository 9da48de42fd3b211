import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const files = { '/etc/cloud/cloud.cfg.d/05.cfg': '' };

elementTest('writes the list of data sources, and None behind them', async (element) => {
  const built = await element.run({ files, environment: { DIB_CLOUD_INIT_DATASOURCES: 'ConfigDrive, Ec2' } });
  const folder = '/etc/cloud/cloud.cfg.d';
  expect(await built.tree.read(`${folder}/91-dib-cloud-init-datasources.cfg`)).toBe(
    'datasource_list: [ ConfigDrive, Ec2, None ]\n',
  );
  expect(await built.tree.read(`${folder}/92-ec2-datasource.cfg`)).toContain('strict_id: false');
});

elementTest('wants a list', async (element) => {
  expect((await element.expectFailure({ files })).message).toMatch(/set DIB_CLOUD_INIT_DATASOURCES/);
});
