import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const files = {
  '/boot/initramfs-5.14.0-1.el9.x86_64.img': 'a ramdisk\n',
  '/usr/lib/modules/5.14.0-1.el9.x86_64/modules.dep': '',
};

elementTest('makes ramdisks with the modules that are asked for', async (element) => {
  const modules = '- name: fips\n- name: lvm\n  packages: [lvm2]\n';
  const built = await element.run({
    environment: { DISTRO_NAME: 'centos', DIB_DRACUT_ENABLED_MODULES: modules },
    files,
    commands: { dracut: '' },
  });
  expect(await built.tree.read('/etc/dracut.conf.d/60-modules.conf')).toBe(
    'add_dracutmodules+=" fips lvm "\n',
  );
  expect(await built.calls('install-packages')).toContain('install-packages lvm2');
  expect(await built.calls('dracut')).toEqual([
    'dracut --force --no-hostonly --reproducible /boot/initramfs-5.14.0-1.el9.x86_64.img 5.14.0-1.el9.x86_64',
  ]);
});

elementTest('lays the settings of elements into the image', async (element) => {
  const built = await element.run({
    with: ['iscsi'],
    elements: { iscsi: { 'dracut.conf.d/50-iscsi.conf': 'add_drivers+=" iscsi_tcp "\n' } },
    files,
    commands: { dracut: '' },
  });
  expect(await built.tree.read('/etc/dracut.conf.d/50-iscsi.conf')).toContain('iscsi_tcp');
  expect(await built.calls('dracut')).toHaveLength(1);
});

elementTest('leaves the ramdisk alone where nobody asks for anything', async (element) => {
  const built = await element.run({ files, commands: { dracut: '' } });
  expect(await built.calls('dracut')).toEqual([]);
});

elementTest('says what is wrong with the list', async (element) => {
  const { message } = await element.expectFailure({
    environment: { DIB_DRACUT_ENABLED_MODULES: '- packages: [x]' },
  });
  expect(message).toContain('DIB_DRACUT_ENABLED_MODULES');
});
