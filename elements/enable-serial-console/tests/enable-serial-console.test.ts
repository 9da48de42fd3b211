import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('udev starts a login on each serial port with hardware', async (element) => {
  const built = await element.run();
  const rules = await built.tree.read('/etc/udev/rules.d/99-serial-console.rules');
  expect(rules).toMatch(
    /KERNEL=="ttyS\[0-9\]\*\|ttyAMA\[0-9\]\*", ATTR\{type\}!="0".*serial-getty@%k\.service/,
  );
  expect(await built.failedChecks()).toEqual([]);
});

elementTest('OpenRC gets a line for the console of the image', async (element) => {
  const lines = async (environment: Readonly<Record<string, string>>) =>
    (await element.run({ environment: { DIB_INIT_SYSTEM: 'openrc', ...environment } })).tree.read(
      '/etc/inittab',
    );
  expect(await lines({})).toMatch(/agetty -L 115200 tty(S0|AMA0) vt100\n$/);
  expect(await lines({ DIB_BOOTLOADER_SERIAL_CONSOLE: 'ttyS1,9600' })).toContain('115200 ttyS1 vt100');
});

elementTest('refuses an init system that it does not know', async (element) => {
  expect((await element.expectFailure({ environment: { DIB_INIT_SYSTEM: 'sysv' } })).output).toContain(
    "'sysv'",
  );
});
