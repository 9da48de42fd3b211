import { hooksRun, type Rig } from '@kiln/testkit/rig/open-rig.ts';
import type { RigProcess } from '@kiln/testkit/rig/rig-process.ts';
import { expect } from 'vitest';
import { done, scenario } from './scenario.ts';

/** Both builds, ended well. */
async function bothDone(...processes: readonly RigProcess[]) {
  const builds = await Promise.all(processes.map((it) => it.finished));
  return builds.map(done);
}

async function prepare(rig: Rig) {
  const gate = await rig.gate('first');
  await rig.element('web', {
    'install.d/10-first': `${gate.lines('chroot')}echo first >/first\n`,
    'install.d/20-second': 'echo second >/second\n',
  });
  return gate;
}

scenario('of two builds of one image at once, one runs the hooks and both have the image', async (rig) => {
  const gate = await prepare(rig);
  await rig.image('box', ['web']);
  const one = rig.start('box');
  await gate.reached();
  const other = rig.start('box');
  await rig.lockAwaited();
  await gate.leaveOpen();
  gate.pass();
  const builds = await bothDone(one, other);
  const ran = builds.flatMap(hooksRun);
  expect(ran.toSorted()).toEqual(['install.d/10-first', 'install.d/20-second', 'root.d/10-tree']);
  expect(builds[0]?.artifacts[0]?.digest).toBe(builds[1]?.artifacts[0]?.digest);
  expect(builds[0]?.steps.map((it) => it.record)).toEqual(builds[1]?.steps.map((it) => it.record));
});

scenario('two images that begin alike, built at once, bootstrap once', async (rig) => {
  const gate = await rig.gate('bootstrap');
  await rig.element('late-root', { 'root.d/20-wait': gate.lines('host') });
  await rig.element('web', { 'install.d/10-web': 'echo web >/web\n' });
  await rig.element('database', { 'install.d/10-database': 'echo database >/database\n' });
  await rig.image('one', ['late-root', 'web']);
  await rig.image('other', ['late-root', 'database']);
  const one = rig.start('one', { until: 'last' });
  await gate.reached();
  const other = rig.start('other', { until: 'last' });
  await rig.lockAwaited();
  await gate.leaveOpen();
  gate.pass();
  const builds = await bothDone(one, other);
  expect(builds.flatMap(hooksRun).toSorted()).toEqual([
    'install.d/10-database',
    'install.d/10-web',
    'root.d/10-tree',
    'root.d/20-wait',
  ]);
});

scenario('builds of different images do not wait for one another', async (rig) => {
  const gate = await prepare(rig);
  await rig.element('database', { 'install.d/10-database': 'echo database >/database\n' });
  await rig.image('box', ['web']);
  await rig.image('other', ['database']);
  const waiting = rig.start('box', { until: 'last' });
  await gate.reached();
  const other = done(await rig.build('other', { until: 'last' }));
  expect(hooksRun(other), 'while the first build stands still').toEqual(['install.d/10-database']);
  await gate.leaveOpen();
  gate.pass();
  await bothDone(waiting);
});
