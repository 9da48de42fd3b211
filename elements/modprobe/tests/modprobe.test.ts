import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('copies settings of elements, and keeps modules from being loaded', async (element) => {
  const built = await element.run({
    with: ['driver'],
    elements: {
      driver: { 'modprobe.d/driver.conf': 'options driver speed=9\n', 'modprobe.d/note': 'no setting\n' },
    },
    files: { '/etc/modprobe.d/blacklist.conf': 'blacklist floppy\n' },
    environment: { DIB_MODPROBE_BLACKLIST: 'nouveau floppy' },
  });
  expect(await built.tree.list('/etc/modprobe.d')).toEqual(['blacklist.conf', 'driver.conf']);
  expect(await built.tree.read('/etc/modprobe.d/driver.conf')).toBe('options driver speed=9\n');
  expect(await built.tree.read('/etc/modprobe.d/blacklist.conf')).toBe(
    'blacklist floppy\nblacklist nouveau\n',
  );
});

elementTest('writes nothing where nothing is asked for', async (element) => {
  expect(await (await element.run()).tree.exists('/etc/modprobe.d')).toBe(false);
});
