import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const grub = '/usr/lib/grub/i386-pc';
const files = { [`${grub}/normal.mod`]: 'module', [`${grub}/moddep.lst`]: '', [`${grub}/boot.img`]: 'boot' };
const commands = {
  'grub-editenv': 'touch "$1"',
  'grub-probe': '',
  'grub-mkimage': 'while [ "$1" != -o ]; do shift; done; echo core >"$2"',
  'grub-mkconfig': 'cp /etc/default/grub /defaults-seen; printf "\\tlinux /boot/vmlinuz\\n" >"$2"',
};

elementTest('makes a boot image for BIOS, its modules and its menu', async (element) => {
  const built = await element.run({
    files,
    commands,
    environment: { DIB_BLOCK_DEVICE: 'mbr', DIB_BOOTLOADER_DEFAULT_CMDLINE: 'quiet', DIB_GRUB_TIMEOUT: '3' },
  });
  expect(await built.tree.list('/boot/grub/i386-pc')).toEqual([
    'boot.img',
    'core.img',
    'moddep.lst',
    'normal.mod',
  ]);
  expect((await built.calls('grub-mkimage'))[0]).toMatch(/-O i386-pc .* -c \S+ .*search_label.* biosdisk$/);
  const defaults = (await built.tree.read('/defaults-seen')) ?? '';
  expect(defaults).toContain('GRUB_TIMEOUT="3"\n');
  expect(defaults).toMatch(/^GRUB_CMDLINE_LINUX_DEFAULT="console=tty0 console=ttyS0,115200 .*quiet"$/m);
  expect(defaults).toContain('GRUB_DISTRIBUTOR="Fixture"\n');
});

elementTest('does nothing where there is no disk, and fails where there is no kernel', async (element) => {
  const none = await element.run({ environment: { DIB_BLOCK_DEVICE: 'none' }, commands });
  expect(await none.calls('grub-mkconfig')).toEqual([]);
  const failed = await element.expectFailure({
    files,
    commands: { ...commands, 'grub-mkconfig': ': >"$2"' },
    environment: { DIB_BLOCK_DEVICE: 'mbr' },
  });
  expect(failed.message).toMatch(/no kernel in \/boot to start/);
});

elementTest(
  'takes the programs of the Red Hat family by their names, with entries as everywhere',
  async (element) => {
    const renamed = Object.entries(commands).map(([name, body]) => [name.replace('grub-', 'grub2-'), body]);
    const built = await element.run({
      files,
      commands: Object.fromEntries(renamed) as Record<string, string>,
      environment: { DISTRO_NAME: 'centos', DIB_RELEASE: '9-stream', DIB_BLOCK_DEVICE: 'mbr' },
    });
    expect(await built.calls('grub2-mkimage')).toHaveLength(1);
    expect(await built.tree.read('/defaults-seen')).toContain('GRUB_ENABLE_BLSCFG=false\n');
    expect(await built.calls('install-packages')).toContain(
      'install-packages grub2-pc-modules grub2-tools grub2-tools-minimal',
    );
  },
);
