import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect, test } from 'vitest';

const program = new URL('../bin/select-boot-kernel-initrd', import.meta.url).pathname;

/** What is selected of files in /boot. */
function selected(...names: readonly string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'select-boot-'));
  try {
    mkdirSync(join(root, 'boot'));
    for (const name of names) writeFileSync(join(root, 'boot', name), '');
    return execFileSync(program, [root], { encoding: 'utf8', stdio: 'pipe' }).trimEnd();
  } finally {
    rmSync(root, { recursive: true });
  }
}

test('the newest kernel that has a ramdisk, by version', () => {
  expect(selected('vmlinuz-6.1.0-9', 'initrd.img-6.1.0-9', 'vmlinuz-6.1.0-10', 'initrd.img-6.1.0-10')).toBe(
    'vmlinuz-6.1.0-10:initrd.img-6.1.0-10',
  );
  expect(selected('vmlinuz-6.1', 'initrd.img-6.1', 'vmlinuz-6.2')).toBe('vmlinuz-6.1:initrd.img-6.1');
});

test('the names of other distributions; nothing for rescue or debugging', () => {
  expect(
    selected(
      'vmlinuz-5.14.0-1.el9',
      'initramfs-5.14.0-1.el9.img',
      'vmlinuz-0-rescue-1',
      'initramfs-0-rescue-1.img',
    ),
  ).toBe('vmlinuz-5.14.0-1.el9:initramfs-5.14.0-1.el9.img');
  expect(selected('vmlinux-6.4-default', 'initrd-6.4-default')).toBe(
    'vmlinux-6.4-default:initrd-6.4-default',
  );
});

test("Ubuntu's generic kernel goes before its others", () => {
  expect(
    selected(
      'vmlinuz-6.8.0-1-generic',
      'initrd.img-6.8.0-1-generic',
      'vmlinuz-6.8.0-1-lowlatency',
      'initrd.img-6.8.0-1-lowlatency',
    ),
  ).toBe('vmlinuz-6.8.0-1-generic:initrd.img-6.8.0-1-generic');
});

test('no kernel is a failure', () => {
  expect(() => selected('config-6.1')).toThrow('there is no kernel with an initial ramdisk in /boot');
});

elementTest('hooks inside the image find it', async (element) => {
  const built = await element.run();
  expect(await built.tree.mode('/usr/local/bin/select-boot-kernel-initrd')).toBe('0755');
});
