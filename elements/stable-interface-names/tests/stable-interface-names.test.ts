import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('removes what masks the names that udev gives', async (element) => {
  const files = {
    '/etc/udev/rules.d/80-net-setup-link.rules': '',
    '/etc/systemd/network/99-default.link': '[Match]\nDriver=mine\n',
  };
  const elements = {
    masked: { 'pre-install.d/20-mask': 'ln -s /dev/null /etc/udev/rules.d/80-net-name-slot.rules\n' },
  };
  const built = await element.run({ files, elements, with: ['masked'] });
  expect(await built.tree.list('/etc/udev/rules.d')).toEqual([]);
  expect(await built.tree.read('/etc/systemd/network/99-default.link'), 'a real setting stays').toContain(
    'mine',
  );
});

elementTest('refuses a kernel parameter that would undo it', async (element) => {
  const files = { '/etc/default/grub': 'GRUB_CMDLINE_LINUX="quiet net.ifnames=0"\n' };
  expect((await element.expectFailure({ files })).hook).toBe('post-install.d/95-check-kernel-parameters');
});
