import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const cpio = `echo "$*"; while IFS= read -r -d '' name; do stat -c "%n %Y" "$name"; done`;
const commands = { cpio, zstd: 'echo zstd; cat', xz: 'echo xz; cat', gzip: 'echo gzip; cat' };
const packing = {
  packing: {
    'post-install.d/99-pack': `mkdir /tmp/tree && cd /tmp/tree
mkdir b a tmp && touch b/2 b/1 a/x tmp/y && touch --date=@1000 a/x
/tmp/in_target.d/pack-ramdisk /tmp/tree 6.1 >/packed
mv /tmp/tree /tmp/other && touch /tmp/other/b/1
/tmp/in_target.d/pack-ramdisk /tmp/other 6.1 >/again
echo "$SOURCE_DATE_EPOCH" >/epoch\n`,
  },
};
const run = { commands, elements: packing, with: ['packing'] };

elementTest('the same bytes each time: sorted, newer times clamped, nothing of the host', async (element) => {
  const { tree } = await element.run(run);
  const epoch = ((await tree.read('/epoch')) ?? '').trimEnd();
  const [first = '', options = '', ...names] = ((await tree.read('/packed')) ?? '').trimEnd().split('\n');
  expect(first).toBe('gzip');
  expect(options).toContain('--reproducible');
  expect(names).toEqual([
    `a ${epoch}`,
    'a/x 1000',
    `b ${epoch}`,
    `b/1 ${epoch}`,
    `b/2 ${epoch}`,
    `tmp ${epoch}`,
  ]);
  expect(await tree.read('/again')).toBe(await tree.read('/packed'));
});

elementTest('zstd where the kernel can undo it, or what is asked for', async (element) => {
  const files = { '/boot/config-6.1': 'CONFIG_RD_GZIP=y\nCONFIG_RD_ZSTD=y\n' };
  expect(await (await element.run({ ...run, files })).tree.read('/packed')).toMatch(/^zstd\n/);
  const environment = { DIB_RAMDISK_COMPRESSION: 'xz' };
  expect(await (await element.run({ ...run, files, environment })).tree.read('/packed')).toMatch(/^xz\n/);
  const failed = await element.expectFailure({ ...run, environment: { DIB_RAMDISK_COMPRESSION: 'rar' } });
  expect(failed.message).toContain("DIB_RAMDISK_COMPRESSION is 'rar', not auto, zstd, xz, gzip or none");
});
