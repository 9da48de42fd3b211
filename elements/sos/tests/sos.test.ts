import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('installs sos on the Red Hat family, and nothing elsewhere', async (element) => {
  const on = async (DISTRO_NAME: string) =>
    (await element.run({ environment: { DISTRO_NAME } })).calls('install-packages');
  expect(await on('rocky')).toEqual(['install-packages sos']);
  expect(await on('debian')).toEqual([]);
});
