import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('adds a kernel and what makes its ramdisk', async (element) => {
  const built = await element.run({
    base: { insteadOf: 'containerfile' },
    elements: { containerfile: { 'element-provides': 'operating-system\n' } },
    environment: { DIB_RELEASE: '9' },
    observe: ['DISTRO_NAME', 'DIB_RELEASE', 'DIB_INIT_SYSTEM'],
  });
  expect(built.variables).toEqual({
    DISTRO_NAME: 'rocky',
    DIB_RELEASE: '9',
    DIB_INIT_SYSTEM: 'systemd',
  });
  const calls = (await built.calls('dnf')).join('\n');
  expect(calls).toMatch(/ install .*dracut/);
  expect(calls).toMatch(/ install .*kernel/);
});
