import { readFile } from 'node:fs/promises';
import { readFromTar } from '@kiln/testkit/rig/open-rig.ts';
import { expect } from 'vitest';
import { done, scenario } from './scenario.ts';

scenario(
  'block-device.d of old: the device that a hook prints reaches later hooks, its loop device goes, the tree is in `built`',
  async (rig) => {
    await rig.element('web', {
      'block-device.d/10-own': [
        'truncate --size 1M "$TMP_IMAGE_DIR/own.raw"',
        'device=$(losetup --find --show "$TMP_IMAGE_DIR/own.raw")',
        'ls "$TMP_BUILD_DIR/built/etc" >"$TMP_MOUNT_PATH/listed"',
        'echo "IMAGE_BLOCK_DEVICE=$device"',
        '',
      ].join('\n'),
      'pre-finalise.d/10-look': 'echo "$IMAGE_BLOCK_DEVICE" >"$TMP_MOUNT_PATH/device"\n',
      'finalise.d/10-look': 'echo "$IMAGE_BLOCK_DEVICE" >/device-inside\n',
    });
    await rig.image('box', ['web']);
    const build = done(await rig.build('box'));
    const archive = build.artifacts[0]?.file ?? '';
    const device = await readFromTar(archive, 'device');
    expect(device).toMatch(/^\/dev\/loop\d+$/);
    expect(await readFromTar(archive, 'device-inside')).toBe(device);
    expect(await readFromTar(archive, 'listed')).toContain('hostname');
    expect(build.events).toContainEqual({
      type: 'note',
      message: expect.stringContaining(`made the disk ${device}`),
    });
    const backing = `/sys/block/${(device ?? '').slice('/dev/'.length)}/loop/backing_file`;
    expect(await readFile(backing, 'utf8').catch(() => '')).not.toContain('own.raw');
  },
);
