import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

/** Stands in for GRUB in the image: the boot image says how it was made. */
const commands = {
  'grub-mkimage':
    'while [ $# -gt 0 ]; do case $1 in -o) file=$2 ;; -O) format=$2 ;; -c) early=$2 ;; esac; shift; done; { echo "$format"; cat "$early"; head -c 4096 /dev/zero; } >"$file"',
};
const files = {
  '/usr/lib/grub/i386-pc/boot.img': '',
  '/usr/lib/grub/x86_64-efi/moddep.lst': '',
};
const pair = (kernel: string, ramdisk: string) => ({
  pair: {
    'cleanup.d/50-pair': `echo kernel >"$IMAGE_NAME.${kernel}"\necho ramdisk >"$IMAGE_NAME.${ramdisk}"\n`,
    // What lies on the CD, as text beside it.
    'cleanup.d/200-list': `for iso in "$IMAGE_NAME"*.iso; do
  xorriso -indev "$iso" -report_el_torito plain -find / -exec lsdl 2>/dev/null >"$IMAGE_NAME.listing"
  xorriso -osirrox on -indev "$iso" -extract /boot/grub/grub.cfg "$IMAGE_NAME.cfg" -extract /boot/efiboot.img "$IMAGE_NAME.fat" 2>/dev/null
  mdir -b -/ -i "$IMAGE_NAME.fat" :: >>"$IMAGE_NAME.listing"
  sha256sum <"$iso" >"$IMAGE_NAME.digest"
  basename "$iso" >"$IMAGE_NAME.name"
done\n`,
  },
});

elementTest('makes a CD that boots kernel and ramdisk under a BIOS and UEFI', async (element) => {
  const built = await element.run({
    commands,
    files,
    elements: pair('vmlinuz', 'initrd'),
    with: ['pair'],
    environment: { DIB_BOOT_ISO_KERNEL_CMDLINE_ARGS: 'console=ttyS0' },
  });
  const read = async (suffix: string) => (await built.handedOut(`${element.name}.${suffix}`)) ?? '';
  expect(await read('name')).toBe('iso-boot.iso\n');
  expect(await read('cfg')).toContain('linux /vmlinuz root=LABEL=cloudimg-rootfs console=ttyS0\n');
  const listing = await read('listing');
  expect(listing).toMatch(/El Torito boot img.*BIOS/);
  expect(listing).toMatch(/El Torito boot img.*UEFI/);
  for (const path of ['/vmlinuz', '/initrd', '/boot/eltorito.img', '::/EFI/BOOT/BOOTX64.EFI'])
    expect(listing).toContain(path);
  expect(await built.tree.exists('/tmp/iso-boot')).toBe(false);
  expect((await built.calls('install-packages')).join('\n')).toMatch(/ grub-common .*grub-/);
});

elementTest('a ramdisk boots with the parameters for it', async (element) => {
  const built = await element.run({
    commands,
    files,
    elements: pair('kernel', 'initramfs'),
    with: ['pair'],
    environment: { DIB_DEPLOY_ISO_KERNEL_CMDLINE_ARGS: 'troubleshoot' },
  });
  expect(await built.handedOut('iso.name')).toBe('iso.iso\n');
  expect(await built.handedOut('iso.cfg')).toContain('linux /vmlinuz boot_method=vmedia troubleshoot\n');
});

elementTest('says what is missing: a ramdisk, or GRUB', async (element) => {
  expect((await element.expectFailure({ commands, files })).message).toContain(
    'no kernel with a ramdisk to boot',
  );
  expect((await element.expectFailure({ commands })).message).toContain(
    'there is no GRUB in the image that boots a CD',
  );
});
