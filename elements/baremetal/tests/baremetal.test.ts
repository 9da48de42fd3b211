import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const files = {
  '/boot/vmlinuz-6.1.0-9-amd64': 'kernel 9\n',
  '/boot/initrd.img-6.1.0-9-amd64': 'ramdisk 9\n',
  '/boot/vmlinuz-6.1.0-10-amd64': 'kernel 10\n',
  '/boot/initrd.img-6.1.0-10-amd64': 'ramdisk 10\n',
};

elementTest('hands out the newest kernel and its ramdisk', async (element) => {
  const built = await element.run({ files });
  expect(await built.handedOut('baremetal.vmlinuz')).toBe('kernel 10\n');
  expect(await built.handedOut('baremetal.initrd')).toBe('ramdisk 10\n');
});

elementTest('hands out what patterns choose', async (element) => {
  const environment = {
    DIB_BAREMETAL_KERNEL_PATTERN: 'vmlinuz-*-9-*',
    DIB_BAREMETAL_INITRD_PATTERN: 'initrd.img-*-9-*',
  };
  const built = await element.run({ files, environment });
  expect(await built.handedOut('baremetal.vmlinuz')).toBe('kernel 9\n');
  expect(await built.handedOut('baremetal.initrd')).toBe('ramdisk 9\n');
});

elementTest('an image without a kernel is a failure', async (element) => {
  const failed = await element.expectFailure();
  expect(failed.hook).toBe('cleanup.d/99-extract-kernel-and-ramdisk');
  expect(failed.output).toContain('there is no kernel with an initial ramdisk in /boot');
});
