import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

/** Stands in for the real one: writes the names of the files, and the text of some. */
const commands = {
  cpio: `while IFS= read -r -d '' name; do
  echo "$name"
  case $name in etc/resolv.conf | var/log/build) cat "$name" ;; esac
done`,
};
const files = {
  '/boot/vmlinuz-6.1.0-9': 'kernel 9\n',
  '/boot/vmlinuz-6.1.0-10': 'kernel 10\n',
  '/var/log/build': 'what the build said\n',
  '/etc/resolv.conf.ORIG': 'nameserver 192.0.2.1\n',
};
const environment = { DIB_RAMDISK_COMPRESSION: 'none' };

elementTest('the whole tree is the ramdisk, with the newest kernel', async (element) => {
  const built = await element.run({ commands, files, environment, formats: ['qcow2'] });
  expect(await built.handedOut('ironic-ramdisk-base.kernel')).toBe('kernel 10\n');
  const ramdisk = ((await built.handedOut('ironic-ramdisk-base.initramfs')) ?? '').split('\n');
  for (const path of ['init', 'etc/hostname', 'usr/bin/bash', 'proc', 'tmp', 'boot'])
    expect(ramdisk).toContain(path);
  expect(ramdisk.filter((path) => /^(boot|proc|sys|dev|tmp)\//.test(path))).toEqual([]);
  // As the finished tree would have them: its own resolv.conf, and empty logs.
  expect(ramdisk).toContain('nameserver 192.0.2.1');
  expect(ramdisk).toContain('var/log/build');
  expect(ramdisk).not.toContain('what the build said');
  expect(ramdisk).not.toContain('etc/resolv.conf.ORIG');
});

elementTest('a tree without a kernel is a failure', async (element) => {
  const failed = await element.expectFailure({ commands, environment });
  expect(failed.message).toContain('ironic-ramdisk-base: there is no kernel in /boot');
});
