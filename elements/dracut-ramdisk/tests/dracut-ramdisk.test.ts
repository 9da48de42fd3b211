import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

/** Stands in for what packages bring: dracut leaves its arguments and its module, `cpio` writes names and some text. */
const commands = {
  busybox: 'case $1 in --list) echo cat ;; --list-full) echo bin/cat ;; esac',
  ip: '',
  kmod: '',
  ldd: '',
  dracut: 'echo "$*" >"${!#}"; cat /usr/lib/dracut/modules.d/80ramdisk/*.sh >>"${!#}"',
  cpio: `case $* in *--extract*) cat >from-dracut; exit ;; esac
while IFS= read -r -d '' name; do
  echo "$name"
  case $name in from-dracut | ramdisk-init) cat "$name" ;; esac
done`,
};
const files = {
  '/boot/vmlinuz-6.1.0-1': 'kernel\n',
  '/lib/modules/6.1.0-1/modules.order': '\n',
  '/usr/lib/dracut/modules.d/README': '\n',
};
const tool = { 'init.d/50-tool': 'echo fifty\n', 'dracut-drivers.d/tool': 'special_mod # for it\n' };

elementTest('dracut makes the base, and runs the fragments before it would mount a root', async (element) => {
  const built = await element.run({
    commands,
    files,
    elements: { tool },
    environment: { DIB_RAMDISK_COMPRESSION: 'none' },
    with: ['tool'],
  });
  const ramdisk = (await built.handedOut('dracut-ramdisk.initramfs')) ?? '';
  expect(ramdisk).toMatch(
    /^--quiet .*--kver 6\.1\.0-1 .*--add-drivers =drivers\/net\/ethernet special_mod virtio /m,
  );
  expect(ramdisk).toContain('inst_hook pre-mount 50 "$moddir/run-init.sh"');
  expect(ramdisk).toContain('/bin/bash /ramdisk-init');
  expect(ramdisk).toContain('echo fifty');
  expect(ramdisk).not.toContain('mount -t proc');
  expect(await built.handedOut('dracut-ramdisk.kernel')).toBe('kernel\n');
  expect(await built.tree.list('/usr/lib/dracut/modules.d')).toEqual(['README']);
});
