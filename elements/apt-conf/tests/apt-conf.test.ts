import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const apt = { own: { 'root.d/50-apt': 'mkdir -p "$TARGET_ROOT/etc/apt"\n' } };

elementTest('gives apt the settings of a file of the host', async (element) => {
  const environment = { DIB_APT_CONF: `${element.folder}/README.md` };
  const built = await element.run({ with: ['own'], elements: apt, environment });
  expect(await built.tree.read('/etc/apt/apt.conf')).toContain('# apt-conf');
  expect(await built.tree.mode('/etc/apt/apt.conf')).toBe('0644');
  expect(await built.failedChecks()).toEqual([]);
});

elementTest('leaves apt alone where no file is named, and refuses one that is not there', async (element) => {
  const built = await element.run();
  expect(await built.tree.exists('/etc/apt/apt.conf')).toBe(false);
  const failed = await element.expectFailure({ environment: { DIB_APT_CONF: '/nowhere/apt.conf' } });
  expect(failed.hook).toBe('extra-data.d/99-apt-conf');
  expect(failed.output).toContain("names '/nowhere/apt.conf', which is no file");
});
