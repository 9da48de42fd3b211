import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyFolder } from '@kiln/testkit/rig/copy-folder.ts';
import { refreshLock } from '@kiln/engine/execute/locks/refresh-lock.ts';
import { explainLockChange } from '@kiln/engine/lock/compare-locks.ts';
import { readLock } from '@kiln/engine/lock/read-lock.ts';
import { createGitUpstream, type GitUpstream } from '@kiln/testkit/rig/git-upstream.ts';
import { readFromTar, stepsMade, type Rig } from '@kiln/testkit/rig/open-rig.ts';
import { engineRequestOf, loadRigImage } from '@kiln/testkit/rig/run-rig-build.ts';
import { expect } from 'vitest';
import { done, scenario } from './scenario.ts';

const elements = join(import.meta.dirname, '../../elements');

/** The element source-repositories as it is, with stand-ins for what it depends on, and an image of an application. */
async function prepare(rig: Rig): Promise<GitUpstream> {
  await copyFolder(join(elements, 'source-repositories'), join(rig.root, 'elements/source-repositories'));
  for (const name of ['cache-url', 'manifests', 'package-installs'])
    await rig.element(name, { 'README.md': 'a stand-in\n' });
  const upstream = await createGitUpstream(join(rig.root, 'upstream'));
  await upstream.commit({ 'app.py': 'print(1)\n', 'docs/a.txt': 'a\n' }, 'First');
  await upstream.git('tag', '1.0');
  await upstream.commit({ 'app.py': 'print(2)\n' }, 'Second');
  await rig.element('app', {
    'element-deps': 'source-repositories\n',
    'source-repository-app': `app git /opt/app ${upstream.location} main\n`,
  });
  await rig.image('box', ['app']);
  return upstream;
}

const lockFile = (rig: Rig): string => join(rig.root, 'images/box/image.lock.json');

async function refresh(rig: Rig, take: 'write' | 'check') {
  const request = rig.request('box');
  const image = loadRigImage(request);
  if (!image.ok) throw new Error('the image has problems');
  const common = { ...engineRequestOf(request), lockFile: lockFile(rig), report: () => {} };
  return refreshLock({ ...common, images: [image.value], others: [] }, take);
}

scenario('the first build writes the lock, and later ones take it as it is', async (rig) => {
  const upstream = await prepare(rig);
  const head = await upstream.git('rev-parse', 'HEAD');
  const first = done(await rig.build('box'));
  const archive = first.artifacts[0]?.file ?? '';
  expect(await readFromTar(archive, 'opt/app/app.py')).toBe('print(2)');
  expect(await readFromTar(archive, 'opt/app/docs/a.txt')).toBe('a');
  expect(await readFromTar(archive, 'opt/app/.git/refs/tags/1.0')).toMatch(/^[0-9a-f]{40}$/);
  expect((await readLock(lockFile(rig)))?.entries).toMatchObject([
    { kind: 'git', name: 'app', location: upstream.location, ref: 'main', commit: head, tag: '1.0' },
  ]);

  await upstream.commit({ 'app.py': 'print(3)\n' }, 'Third');
  expect(stepsMade(done(await rig.build('box'))), 'the branch moved, the lock did not').toEqual({});
});

scenario('a refreshed lock rebuilds from extra-data on, and says which commits came in', async (rig) => {
  const upstream = await prepare(rig);
  done(await rig.build('box'));
  expect((await refresh(rig, 'check')).changes).toEqual([]);

  await upstream.commit({ 'app.py': 'print(3)\n' }, 'Third');
  const text = await readFile(lockFile(rig), 'utf8');
  const [change] = (await refresh(rig, 'check')).changes;
  if (change === undefined) throw new Error('nothing moved');
  expect(explainLockChange(change, change.commits)).toMatch(
    /^git app moved by 1 day \([0-9a-f]{12} of 2025-03-03 → [0-9a-f]{12} of 2025-03-04\)\n {2}[0-9a-f]+ Third$/,
  );
  expect(await readFile(lockFile(rig), 'utf8'), 'a check writes nothing').toBe(text);

  await refresh(rig, 'write');
  const build = done(await rig.build('box'));
  expect(Object.keys(stepsMade(build))[0]).toBe('extra-data');
  expect(await readFromTar(build.artifacts[0]?.file ?? '', 'opt/app/app.py')).toBe('print(3)');
});

scenario('overrides choose another ref and another location, or nothing', async (rig) => {
  const upstream = await prepare(rig);
  const first = await upstream.git('rev-parse', 'main~1');
  const until = 'extra-data' as const;
  const commits = async () => {
    const entries = (await readLock(lockFile(rig)))?.entries ?? [];
    return entries.flatMap((entry) => (entry.kind === 'git' ? [`${entry.ref} ${entry.commit}`] : []));
  };
  done(await rig.build('box', { until, environment: { DIB_REPOREF_app: '1.0' } }));
  expect(await commits()).toEqual([`1.0 ${first}`]);
  done(await rig.build('box', { until, environment: { DIB_REPOREF_app: first } }));
  expect(await commits()).toEqual([`1.0 ${first}`, `${first} ${first}`]);
  await upstream.git('update-ref', 'refs/changes/34/1234/1', first);
  done(await rig.build('box', { until, environment: { DIB_REPOREF_app: 'refs/changes/34/1234/1' } }));
  expect((await commits()).at(-1)).toBe(`refs/changes/34/1234/1 ${first}`);

  await rig.remove('images/box/image.lock.json');
  done(await rig.build('box', { until, environment: { DIB_INSTALLTYPE_app: 'package' } }));
  expect(await readLock(lockFile(rig)), 'a package needs no source').toBeUndefined();
});

scenario('offline, what was fetched is enough, and the first thing that is lacking is named', async (rig) => {
  await prepare(rig);
  done(await rig.build('box'));
  await rig.remove('upstream');
  await rig.element('app', { 'extra-data.d/99-more': 'true\n' });
  const again = done(await rig.build('box', { network: 'offline' }));
  expect(stepsMade(again)['extra-data']).toBeDefined();

  await rig.element('app', { 'source-repository-lib': `lib git /opt/lib file://${rig.root}/gone main\n` });
  const lacking = await rig.build('box', { network: 'offline' });
  expect(lacking.failures).toEqual([
    { code: 'offline-and-not-cached', what: `git 'lib' (file://${rig.root}/gone), which is not locked` },
  ]);
});
