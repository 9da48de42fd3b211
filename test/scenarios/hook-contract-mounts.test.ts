import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hooksRun, listTar, readFromTar, type Rig } from '@kiln/testkit/rig/open-rig.ts';
import { expect } from 'vitest';
import { done, scenario } from './scenario.ts';

/** As upstream's `dpkg` does it: the package cache is a folder of the image cache, from root.d on. */
const bindCache = [
  'mkdir -p "$DIB_IMAGE_CACHE/packages" "$TARGET_ROOT/var/cache/packages"',
  'mount --bind "$DIB_IMAGE_CACHE/packages" "$TARGET_ROOT/var/cache/packages"',
  '',
].join('\n');

const isMounted = (root: string, path: string): string =>
  `while read -r _ _ _ _ at _; do [ "$at" != "${root}${path}" ] || found=1; done </proc/self/mountinfo; [ -n "${'$'}{found:-}" ] && echo mounted || echo not`;

async function prepare(rig: Rig, more: Readonly<Record<string, string>> = {}): Promise<void> {
  const look = `echo "\${0##*/} $([ -e /var/cache/packages/one ] && echo there || echo gone)" >>/seen\n`;
  await rig.element('web', {
    'root.d/50-cache': bindCache,
    'pre-install.d/10-fetch': 'echo fetched >/var/cache/packages/one\n',
    'install.d/10-look': look,
    'install.d/20-look': look,
    'post-root.d/30-look':
      'echo "30-look $([ -e "$TMP_MOUNT_PATH/var/cache/packages/one" ] && echo there || echo gone)" >>"$TMP_MOUNT_PATH/seen"\n',
    'pre-finalise.d/40-look':
      'echo "40-look $([ -e "$TMP_MOUNT_PATH/var/cache/packages/one" ] && echo there || echo gone)" >>"$TMP_MOUNT_PATH/seen"\n',
    'finalise.d/50-look': look,
    ...more,
  });
  await rig.image('box', ['web']);
}

scenario(
  '22. a mount that a hook of root.d leaves is there up to post-root.d, not in finalise.d, and its content in no layer',
  async (rig) => {
    await prepare(rig);
    const build = done(await rig.build('box'));
    const archive = build.artifacts[0]?.file ?? '';
    expect(await readFromTar(archive, 'seen')).toBe(
      '10-look there\n20-look there\n30-look there\n40-look gone\n50-look gone',
    );
    const paths = await listTar(archive);
    expect(paths).toContain('var/cache/packages');
    expect(paths).not.toContain('var/cache/packages/one');
    const cached = join(rig.store, 'v1/caches/image-create/packages/one');
    expect(await readFile(cached, 'utf8')).toBe('fetched\n');
    const kept = build.steps.map(({ name, record }) => [name, record.mounts?.map(({ path }) => path)]);
    expect(Object.fromEntries(kept)).toEqual({
      root: ['/var/cache/packages'],
      'pre-install': ['/var/cache/packages'],
      install: ['/var/cache/packages'],
      'post-root': undefined,
      'block-device': undefined,
      finalise: undefined,
    });
    expect(hooksRun(done(await rig.build('box')))).toEqual([]);
  },
);

scenario(
  '22. steps on a restored one find its mounts as well, from a checkpoint too, even when the cache was cleared',
  async (rig) => {
    await prepare(rig);
    done(await rig.build('box', { checkpoints: 'after-every-hook' }));
    await rm(join(rig.store, 'v1/caches/image-create/packages'), { recursive: true });
    await rig.element('web', {
      'install.d/20-look': `{ ${isMounted('', '/var/cache/packages')}; } >>/seen\n`,
    });
    const again = done(await rig.build('box', { checkpoints: 'after-every-hook' }));
    expect(hooksRun(again), 'a checkpoint in a step that stands on a mount').not.toContain(
      'install.d/10-look',
    );
    expect(await readFromTar(again.artifacts[0]?.file ?? '', 'seen')).toContain('10-look there\nmounted\n');
  },
);

scenario('22. a state after a mount was left can be kept, and is resumed with the mount', async (rig) => {
  const look = `{ ${isMounted('/run/kiln/mnt', '/var/cache/packages')}; } >>"$TARGET_ROOT/root-seen"\n`;
  await prepare(rig, { 'root.d/60-early': look, 'root.d/70-late': look });
  done(await rig.build('box', { checkpoints: 'after-every-hook' }));
  await rig.element('web', { 'root.d/70-late': `# changed\n${look}` });
  const again = done(await rig.build('box', { checkpoints: 'after-every-hook' }));
  expect(hooksRun(again).filter((hook) => hook.startsWith('root.d'))).toEqual(['root.d/70-late']);
  expect(await readFromTar(again.artifacts[0]?.file ?? '', 'root-seen')).toBe('mounted\nmounted');
});

scenario('22. what is mounted counts in the keys of the steps that find it, and of no other', async (rig) => {
  await prepare(rig);
  const keys = async () =>
    Object.fromEntries(done(await rig.build('box')).steps.map((it) => [it.name, it.key]));
  const before = await keys();
  await rig.element('web', {
    'root.d/50-cache': bindCache.replaceAll('IMAGE_CACHE/packages', 'IMAGE_CACHE/other'),
  });
  const now = await keys();
  const changed = Object.keys(now).filter((name) => now[name] !== before[name]);
  expect(changed).toEqual(expect.arrayContaining(['root', 'pre-install', 'install', 'post-root']));
});

scenario('22. a hook may unmount what was left, and what cannot be mounted again is told', async (rig) => {
  await prepare(rig, {
    'extra-data.d/10-unmount': 'umount "$TMP_MOUNT_PATH/var/cache/packages"\n',
    'extra-data.d/20-odd':
      'mkdir -p "$TMP_BUILD_DIR/odd" "$TMP_MOUNT_PATH/odd"\nmount --bind "$TMP_BUILD_DIR/odd" "$TMP_MOUNT_PATH/odd"\n',
    'pre-install.d/10-fetch': 'echo in-the-tree >/var/cache/packages/mine\n',
  });
  const build = done(await rig.build('box'));
  expect(await listTar(build.artifacts[0]?.file ?? '')).toContain('var/cache/packages/mine');
  expect(build.steps.find(({ name }) => name === 'install')?.record.mounts).toBeUndefined();
  expect(build.events).toContainEqual({
    type: 'note',
    message: 'later steps do not see what hooks of extra-data mounted at /odd',
  });
});
