import { chmod, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { noLeaks } from '@kiln/testkit/rig/find-leaks.ts';
import { type NxRig, type NxRun, openNxRig } from '@kiln/testkit/rig/open-nx-rig.ts';
import { listTar, readFromTar } from '@kiln/testkit/rig/open-rig.ts';
import { expect } from 'vitest';
import { building, testOn, tools } from '../host-needs.ts';

/** A test in an Nx workspace with two images that share \`base-system\`. */
function nxScenario(name: string, body: (rig: NxRig) => Promise<void>): void {
  testOn([...building, tools('git')], name, async () => {
    const rig = await openNxRig();
    try {
      await prepare(rig);
      await body(rig);
      expect(await rig.leaks()).toEqual(noLeaks);
    } finally {
      await rig.close();
    }
  });
}

/** Each run of a hook leaves a line in a cache that all builds share. */
const counted = (name: string, rest = ''): string => `echo ${name} >>"$DIB_IMAGE_CACHE/ran"\n${rest}`;

async function prepare(rig: NxRig): Promise<void> {
  await rig.element('base-system', { 'root.d/20-base': counted('base'), 'element-deps': 'tiny-os\n' });
  await rig.element('web', {
    'element-deps': 'base-system\n',
    'README.md': '# web\n',
    'verify.yaml': '[]\n',
    'install.d/10-web': 'echo "web ${WEB_PORT:-80}" >/web\n',
    'install.d/20-more': 'echo more >/more\n',
    'post-root.d/10-web': counted('web'),
  });
  await rig.element('database', {
    'element-deps': 'base-system\n',
    'post-root.d/10-db': counted('database'),
  });
  await rig.image(
    'box',
    ['web'],
    'formats: [tar]\nconfigurations: { plain: { environment: { WEB_PORT: 8080 } } }',
  );
  await rig.image('other', ['database']);
  await rig.commit();
}

function ok(run: NxRun): NxRun {
  expect(run.exitCode, run.output).toBe(0);
  return run;
}

const hooksRun = async (rig: NxRig): Promise<readonly string[]> => {
  const text = await readFile(join(rig.store, 'v1/caches/image-create/ran'), 'utf8').catch(() => '');
  await rig.remove('store/v1/caches/image-create/ran');
  return text.split('\n').filter((line) => line !== '');
};

const artifact = (rig: NxRig): string => join(rig.root, 'dist/images/box/box.tar');
const all = (result: 'hit' | 'miss') => ({
  'box:root': result,
  'box:install': result,
  'box:post-root': result,
  'box:block-device': result,
  'box:finalise': result,
});

nxScenario(
  'tasks are restored where nothing changed, and a change runs those that it may change',
  async (rig) => {
    expect(ok(await rig.nx(['run', 'box:image'])).tasks).toEqual({ ...all('miss'), 'box:image': 'miss' });
    expect(await hooksRun(rig)).toEqual(['base', 'web']);
    expect(ok(await rig.nx(['run', 'box:image'])).tasks).toMatchObject(all('hit'));

    await rig.element('web', { 'install.d/10-web': '# a remark\necho "web ${WEB_PORT:-80}" >/web\n' });
    const remark = ok(await rig.nx(['run', 'box:image'])).tasks;
    expect(remark, 'what comes out equal stops there').toMatchObject({
      ...all('hit'),
      'box:install': 'miss',
    });

    const changed = ok(
      await rig.nx(['run', 'box:image'], { WEB_PORT: '81', LANG: 'de_DE.UTF-8', OTHER: '1' }),
    ).tasks;
    expect(changed).toMatchObject({ ...all('miss'), 'box:root': 'hit' });
    expect(await readFromTar(artifact(rig), 'web')).toBe('web 81');

    await chmod(join(rig.root, 'elements/web/install.d/10-web'), 0o644);
    expect(ok(await rig.nx(['run', 'box:image'])).tasks, 'modes count').toMatchObject({
      'box:root': 'hit',
      'box:install': 'miss',
    });
    expect(await listTar(artifact(rig))).not.toContain('web');
  },
);

nxScenario('the image is back whole, whichever of .nx, dist and the store was lost', async (rig) => {
  ok(await rig.nx(['run', 'box:image']));
  const before = await readFile(artifact(rig));
  await hooksRun(rig);
  const lose = async (...paths: readonly string[]): Promise<readonly string[]> => {
    for (const path of paths) await rig.remove(path);
    ok(await rig.nx(['run', 'box:image']));
    expect((await readFile(artifact(rig))).equals(before)).toBe(true);
    return hooksRun(rig);
  };
  expect(await lose('.nx')).toEqual([]);
  expect(await lose('dist')).toEqual([]);
  expect(await lose('store'), 'what lies in dist is not made again').toEqual([]);
  expect(await lose('dist', 'store')).toEqual(['base', 'web']);
  expect(await lose('.nx', 'dist', 'store')).toEqual(['base', 'web']);
});

nxScenario('--offline holds for every task of an image, not for the last one alone', async (rig) => {
  await rig.element('web', { 'post-root.d/10-web': counted('"web ${DIB_OFFLINE:-no}"') });
  ok(await rig.nx(['run', 'box:image', '--offline']));
  expect(await hooksRun(rig)).toEqual(['base', 'web 1']);
});

nxScenario('affected follows what the phases of each image read', async (rig) => {
  const images = async (path: string, content: string): Promise<readonly string[]> => {
    await rig.write(path, content);
    await rig.commit();
    return (await rig.affected('image')).filter((task) => task.endsWith(':image'));
  };
  const none: readonly string[] = [];
  expect(await images('elements/web/README.md', '# other\n')).toEqual(none);
  expect(await images('elements/web/verify.yaml', '- file: /web\n')).toEqual(none);
  expect(await images('notes.txt', 'x\n')).toEqual(none);
  expect(await images('elements/web/install.d/10-web', '#!/bin/bash\ntrue\n')).toEqual(['box:image']);
  expect(await images('elements/web/install.d/20-new', '#!/bin/bash\ntrue\n')).toEqual(['box:image']);
  expect(
    await images(
      'images/other/image.yaml',
      'elements: [tiny-os, database]\nskip-base: true\nformats: [qcow2]\n',
    ),
  ).toEqual(['other:image']);
  expect(await images('elements/base-system/root.d/20-base', '#!/bin/bash\ntrue\n')).toEqual([
    'box:image',
    'other:image',
  ]);
  expect(await images('images/box/image.lock.json', '{ "formatVersion": 1, "entries": [] }\n')).toEqual([
    'box:image',
  ]);
  expect(await images('elements/database/element-deps', 'base-system\nweb\n')).toEqual(['other:image']);
});

nxScenario(
  'tests of an element run again for what it needs and what its tests name, and else come from the cache',
  async (rig) => {
    const test =
      "import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';\nelementTest('builds', async (element) => void (await element.run({ with: ['extra'] })));\n";
    await rig.element('extra', { 'install.d/30-extra': 'echo extra >/extra\n', 'README.md': '# extra\n' });
    await rig.element('base-system', { 'element-deps': '' });
    await rig.write('elements/web/tests/web.test.ts', test);
    await rig.commit();
    const tests = async (path: string): Promise<readonly string[]> => {
      await rig.write(path, '#!/bin/bash\ntrue\n');
      await rig.commit();
      return (await rig.affected('test')).filter((task) => task.endsWith(':test'));
    };
    const run = async () => ok(await rig.nx(['run', 'element-web:test'])).tasks['element-web:test'];
    expect(await run()).toBe('miss');
    expect(await run()).toBe('hit');
    expect(await tests('elements/web/install.d/10-web')).toEqual(['element-web:test']);
    expect(await tests('elements/base-system/root.d/20-base')).toEqual(['element-web:test']);
    expect(await tests('elements/extra/install.d/30-extra')).toEqual(['element-web:test']);
    expect(await tests('elements/database/post-root.d/10-db')).toEqual([]);
    expect(await run()).toBe('miss');
  },
);

nxScenario('a configuration is an image of its own with the same tasks', async (rig) => {
  ok(await rig.nx(['run', 'box:image']));
  const tasks = ok(await rig.nx(['run', 'box:image:plain'])).tasks;
  expect(Object.keys(tasks)).toContain('box:install:plain');
  expect(await readFromTar(join(rig.root, 'dist/images/box.plain/box.tar'), 'web')).toBe('web 8080');
  expect(await readFromTar(artifact(rig), 'web')).toBe('web 80');
  expect(await hooksRun(rig), 'steps before the difference are shared').toEqual(['base', 'web', 'web']);
});

nxScenario('two commands at once run the hooks once', async (rig) => {
  const runs = await Promise.all([rig.nx(['run', 'box:image']), rig.nx(['run', 'box:image'])]);
  for (const run of runs) ok(run);
  expect(await hooksRun(rig)).toEqual(['base', 'web']);
  expect(await readdir(join(rig.root, 'dist/images/box'))).toContain('box.tar');
});

nxScenario('many images in one command share their beginning', async (rig) => {
  ok(await rig.nx(['run-many', '-t', 'image']));
  expect((await hooksRun(rig)).toSorted()).toEqual(['base', 'database', 'web']);
});

nxScenario('a failing hook fails its task, and what comes after is not tried', async (rig) => {
  await rig.element('web', { 'install.d/10-web': 'echo "no such thing" >&2\nexit 4\n' });
  const run = await rig.nx(['run', 'box:image']);
  expect(run.exitCode).not.toBe(0);
  expect(run.output).toContain(
    "hook install.d/10-web of element 'web' failed inside the chroot: exit status 4",
  );
  expect(run.output).toContain('no such thing');
  expect(Object.keys(run.tasks)).toEqual(['box:root', 'box:install']);
});

nxScenario('a wrong definition is shown with its place, whatever command asks', async (rig) => {
  await rig.write('images/wrong/image.yaml', 'elements: [tiny-os]\nformats: [3]\n');
  const run = await rig.nx(['show', 'projects']);
  expect(run.exitCode).not.toBe(0);
  expect(run.output).toMatch(/images\/wrong\/image\.yaml:2/);
  await rig.remove('images/wrong');
  await mkdir(join(rig.root, 'images/empty'));
  expect(
    ok(await rig.nx(['show', 'projects']))
      .output.trim()
      .split('\n')
      .toSorted(),
  ).toEqual(
    ['box', 'other', 'element-base-system', 'element-database', 'element-tiny-os', 'element-web'].toSorted(),
  );
});
