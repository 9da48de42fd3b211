import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createGitUpstream } from '@kiln/testkit/rig/git-upstream.ts';
import { startLoopbackServer } from '@kiln/testkit/rig/loopback-server.ts';
import { readFromTar, stepsMade, type Rig } from '@kiln/testkit/rig/open-rig.ts';
import { expect } from 'vitest';
import { done, scenario } from './scenario.ts';

/** An element that fetches by itself, as those of diskimage-builder do, and says so. */
async function fetching(rig: Rig, answer: object): Promise<void> {
  await rig.element('fetching', {
    'lock.d/10-ask': `#!/bin/bash\necho '${JSON.stringify({ ...answer, 'fetched-by': 'hooks' })}'\n`,
    'extra-data.d/10-fetch': `cp ${join(rig.root, 'world')} "$TMP_MOUNT_PATH/fetched"`,
  });
  await rig.image('box', ['fetching']);
}

scenario('what hooks fetch by themselves is looked up at each build, and is in no lock', async (rig) => {
  const world = join(rig.root, 'world');
  await writeFile(world, '1\n');
  await fetching(rig, { kind: 'file', name: 'world', location: world });
  const first = done(await rig.build('box'));
  expect(await readFromTar(first.artifacts[0]?.file ?? '', 'fetched')).toBe('1');
  expect(stepsMade(done(await rig.build('box')))).toEqual({});

  await writeFile(world, '22\n');
  const second = done(await rig.build('box'));
  expect(Object.keys(stepsMade(second))[0]).toBe('extra-data');
  expect(await readFromTar(second.artifacts[0]?.file ?? '', 'fetched')).toBe('22');
  const lock = await readFile(join(rig.root, 'images/box/image.lock.json'), 'utf8').catch(() => '');
  expect(lock).not.toContain('world');

  await writeFile(world, '333\n');
  expect(stepsMade(done(await rig.build('box', { network: 'offline' }))), 'offline nothing is asked').toEqual(
    {},
  );
});

scenario('a branch that moved is met although nothing else changed', async (rig) => {
  const upstream = await createGitUpstream(join(rig.root, 'upstream'));
  await upstream.commit({ a: '1' }, 'First');
  await writeFile(join(rig.root, 'world'), '');
  await fetching(rig, { kind: 'git', name: 'app', location: upstream.location, ref: 'main' });
  done(await rig.build('box'));
  expect(stepsMade(done(await rig.build('box')))).toEqual({});
  await upstream.commit({ a: '2' }, 'Second');
  expect(Object.keys(stepsMade(done(await rig.build('box'))))[0]).toBe('extra-data');
});

scenario('a source that cannot be looked up is told, and its step runs each time', async (rig) => {
  const server = await startLoopbackServer();
  await server.close();
  await writeFile(join(rig.root, 'world'), '');
  await fetching(rig, { kind: 'tar', name: 'app', location: `${server.url}/app.tar.gz` });
  for (const build of [done(await rig.build('box')), done(await rig.build('box'))]) {
    expect(Object.keys(stepsMade(build))).toContain('extra-data');
    expect(build.events).toContainEqual({
      type: 'warning',
      failure: expect.objectContaining({ code: 'source-unreachable' }),
    });
  }
});

scenario('KILN_FRESH runs the steps of an element anew', async (rig) => {
  const world = join(rig.root, 'world');
  await writeFile(world, '1\n');
  await rig.element('unknown', {
    'install.d/10-late': ': late',
    'extra-data.d/10-fetch': `cp ${world} "$TMP_MOUNT_PATH/fetched"`,
  });
  await rig.image('box', ['unknown']);
  done(await rig.build('box'));
  await rm(world);
  await writeFile(world, '2\n');
  expect(stepsMade(done(await rig.build('box'))), 'nobody knows what it fetches').toEqual({});
  const fresh = done(await rig.build('box', { environment: { KILN_FRESH: 'unknown' } }));
  expect(Object.keys(stepsMade(fresh))).toEqual(expect.arrayContaining(['extra-data', 'install']));
  expect(await readFromTar(fresh.artifacts[0]?.file ?? '', 'fetched')).toBe('2');
});
