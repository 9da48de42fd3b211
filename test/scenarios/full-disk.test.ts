import { join } from 'node:path';
import { runCommand } from '@kiln/engine/util/run-command.ts';
import { hooksRun, type Rig, type RigOptions } from '@kiln/testkit/rig/open-rig.ts';
import type { RigBuild } from '@kiln/testkit/rig/run-rig-build.ts';
import { expect } from 'vitest';
import { done, scenario } from './scenario.ts';

const mebibyte = 1 << 20;

/** In a mount namespace of the build's own: mounts the small disk, and fills it until only so much room is left. */
const mountAndFill = `set -eu
mount -o loop "$1" "$2"
rm -f "$2/ballast"
free=$(($(stat --file-system --format=%a "$2") * $(stat --file-system --format=%S "$2")))
[ "$3" = all ] || head -c $((free - $3)) /dev/zero >"$2/ballast" || :
shift 3
exec "$@"`;

/** A small filesystem in a file, which only builds of `buildThere` see, below \`<root>/small\`. */
async function openSmallDisk(rig: Rig) {
  const folder = join(rig.root, 'small');
  const file = join(rig.root, 'small.img');
  const made = await runCommand({
    file: 'sh',
    args: [
      '-c',
      'mkdir "$2" && truncate --size=112M "$1" && mke2fs -q -t ext4 -m 0 "$1"',
      'small',
      file,
      folder,
    ],
  });
  if (!made.ok) throw new Error(made.stderr);
  const buildThere = (room: number | 'all', options: RigOptions): Promise<RigBuild> => {
    const left = room === 'all' ? room : String(room * mebibyte);
    const mounting = ['unshare', '--mount', '--propagation=private', 'sh', '-c', mountAndFill, 'small'];
    return rig.start('box', { ...options, wrapper: [...mounting, file, folder, left] }).finished;
  };
  return { folder, buildThere };
}

scenario(
  'a disk that runs full is told wherever it happens, and the next build with room succeeds',
  async (rig) => {
    await rig.element('web', { 'install.d/10-large': 'head -c 20000000 /dev/urandom >/large\n' });
    await rig.image('box', ['web']);
    const { folder, buildThere } = await openSmallDisk(rig);
    const store = join(folder, 'store');
    for (const room of [1, 8, 14, 28]) {
      const build = await buildThere(room, { store });
      expect(build.ended, `with ${room} MiB`).toBe('failed');
      expect(build.failures.at(-1), `with ${room} MiB`).toMatchObject({
        code: 'disk-full',
        freeBytes: expect.any(Number),
      });
      expect(JSON.stringify(build.failures.at(-1))).toContain(folder);
    }
    const last = done(await buildThere('all', { store }));
    expect(
      last.events.filter((event) => event.type === 'warning'),
      'nothing in the store was damaged',
    ).toEqual([]);
    expect(hooksRun(done(await buildThere('all', { store })))).toEqual([]);
  },
);

scenario(
  'a disk that is too full for an image that was built before is told with what it needs',
  async (rig) => {
    await rig.element('web', { 'install.d/10-large': 'head -c 20000000 /dev/urandom >/large\n' });
    await rig.image('box', ['web'], 'formats: [raw]');
    const { folder, buildThere } = await openSmallDisk(rig);
    const store = join(folder, 'store');
    done(await buildThere('all', { store }));
    await rig.element('web', { 'install.d/10-large': 'head -c 20000001 /dev/urandom >/large\n' });
    const [failure] = (await buildThere(1, { store })).failures;
    expect(failure).toMatchObject({ code: 'disk-full', neededBytes: expect.any(Number) });
    const needed = failure?.code === 'disk-full' ? (failure.neededBytes ?? 0) : 0;
    expect(needed).toBeGreaterThan(60_000_000);
    expect(needed).toBeLessThan(90_000_000);
  },
);

scenario(
  'store and work folder together never hold three times the tree, even where nothing can be packed smaller',
  async (rig) => {
    await rig.element('web', { 'install.d/10-large': 'head -c 20000000 /dev/urandom >/large\n' });
    await rig.image('box', ['web'], 'formats: [qcow2]');
    const { folder, buildThere } = await openSmallDisk(rig);
    const environment = { DIB_NO_TMPFS: '1' };
    done(await buildThere(60, { store: join(folder, 'store'), environment }));
  },
);

scenario('an output directory on a full disk is told, and has the image once there is room', async (rig) => {
  await rig.image('box', []);
  const { folder, buildThere } = await openSmallDisk(rig);
  const outputDirectory = join(folder, 'dist');
  const build = await buildThere(1, { outputDirectory });
  expect(build.failures).toMatchObject([
    { code: 'disk-full', path: outputDirectory, neededBytes: expect.any(Number) },
  ]);
  expect(hooksRun(done(await buildThere('all', { outputDirectory })))).toEqual([]);
});

scenario('a hook that is told of a full disk that is not ours failed by itself', async (rig) => {
  await rig.element('web', { 'install.d/10-full': 'echo x >/dev/full\n' });
  await rig.image('box', ['web']);
  const build = await rig.build('box', { until: 'install' });
  expect(build.failures.map((it) => it.code)).toEqual(['hook-failed']);
});
