import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

/** Stands in for what packages bring; `cpio` writes the names of the files, and the text of some. */
const commands = {
  busybox:
    'case $1 in --list) printf "cat\\nwget\\n" ;; --list-full) printf "bin/cat\\nusr/bin/wget\\n" ;; esac',
  ip: '',
  kmod: '',
  depmod: '',
  insmod: '',
  lsmod: '',
  modinfo: '',
  rmmod: '',
  ldd: '',
  tool: '',
  cpio: `while IFS= read -r -d '' name; do
  case $* in
  *--pass-through*) mkdir -p "\${!#}/\${name%/*}"; cat "$name" >"\${!#}/$name" ;;
  *) echo "$name"; case $name in init | *.rules | added) cat "$name" ;; esac ;;
  esac
done`,
};
const files = {
  '/boot/vmlinuz-6.1.0-1': 'kernel\n',
  '/lib/modules/6.1.0-1/modules.order': '\n',
  '/lib/modules/6.1.0-1/kernel/drivers/net/nic.ko': '\n',
  '/lib/modules/6.1.0-1/kernel/drivers/gpu/card.ko': '\n',
};
const elements = {
  tool: {
    'binary-deps.d/tool': 'tool wget\n',
    'init.d/50-tool': 'echo fifty\n',
    'init.d/15-early': 'echo fifteen\n',
    'udev.d/81-tool.rules': 'RULE\n',
    'ramdisk-install.d/50-tool': '#!/bin/bash\nset -eu -o pipefail\necho more >"$TMP_MOUNT_PATH/added"\n',
  },
};
const environment = { DIB_RAMDISK_COMPRESSION: 'none' };

elementTest('packs what elements bring, with busybox and the modules', async (element) => {
  const built = await element.run({ commands, files, elements, environment, with: ['tool'] });
  const ramdisk = ((await built.handedOut('ramdisk.initramfs')) ?? '').split('\n');
  for (const path of [
    'init',
    'usr/local/bin/tool',
    'usr/local/bin/busybox',
    'usr/local/bin/ip',
    'added',
    'more',
    'RULE',
    'usr/share/ramdisk/dhcp',
  ])
    expect(ramdisk).toContain(path);
  expect(ramdisk.filter((path) => path.endsWith('.ko'))).toEqual([
    expect.stringMatching(/lib\/modules\/6\.1\.0-1\/kernel\/drivers\/net\/nic\.ko$/),
  ]);
  // Busybox's program will do.
  expect(ramdisk.filter((path) => path.endsWith('/wget'))).toEqual(['usr/bin/wget']);
  expect(await built.handedOut('ramdisk.kernel')).toBe('kernel\n');
});

elementTest('makes one script of the fragments, in order, that ends in a reboot', async (element) => {
  const built = await element.run({ commands, files, elements, environment, with: ['tool'] });
  const init = (await built.handedOut('ramdisk.initramfs')) ?? '';
  const order = [
    '#!/bin/bash',
    'mount -t proc',
    'echo fifteen',
    '### 25-troubleshoot',
    'echo fifty',
    'reboot -f',
  ];
  const places = order.map((text) => init.lastIndexOf(text));
  expect(places).toEqual(places.toSorted((one, other) => one - other));
  expect(places[0]).toBeGreaterThanOrEqual(0);
});

elementTest('all modules, where none is to be left out', async (element) => {
  const built = await element.run({
    commands,
    files,
    environment: { ...environment, DIB_RAMDISK_WITHOUT_MODULES: '' },
  });
  expect(await built.handedOut('ramdisk.initramfs')).toContain('drivers/gpu/card.ko');
});

elementTest('a fragment that is no script, and a missing kernel, are failures', async (element) => {
  const broken = { tool: { 'init.d/50-tool': 'if true\n' } };
  const failed = await element.expectFailure({
    commands,
    files,
    elements: broken,
    environment,
    with: ['tool'],
  });
  expect(failed.output).toContain('syntax error');
  const bare = await element.expectFailure({ commands, environment });
  expect(bare.output).toContain('there is no kernel');
});
