import { mkdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { emptyRecord, ownLayers } from '@kiln/engine/layers/layer-record.ts';
import { hooksRun, stepsMade, type Rig } from '@kiln/testkit/rig/open-rig.ts';
import type { RigBuild } from '@kiln/testkit/rig/run-rig-build.ts';
import { expect } from 'vitest';
import { done, scenario } from './scenario.ts';

/** Three hooks in one phase that also remove and replace what lies below, and one in a later phase. */
const web = {
  'install.d/10-first': 'rm /etc/hostname\necho first >/first\n',
  'install.d/20-second': 'rm -r /var/log\nmkdir /var/log\necho second >/var/log/kept\nchmod 0700 /var/log\n',
  'install.d/30-third': 'ln /first /third\n',
  'post-install.d/10-late': 'cat /first /third >/late\n',
} as const;

async function prepare(rig: Rig): Promise<void> {
  await rig.element('web', web);
  await rig.image('box', ['web']);
}

const records = (build: RigBuild) => build.steps.map((step) => step.record);

const notesOf = (build: RigBuild) =>
  build.events.flatMap((event) => (event.type === 'note' ? [event.message] : []));

/** The layers that a step added to those of the step before it. */
const ownLayersOf = (build: RigBuild, name: string) => {
  const at = records(build).findIndex((record) => record.step === name);
  const record = records(build)[at];
  return record === undefined ? [] : ownLayers(record, records(build)[at - 1] ?? emptyRecord);
};

scenario('an unchanged build runs no hook and makes nothing', async (rig) => {
  await prepare(rig);
  const first = done(await rig.build('box'));
  expect(hooksRun(first)).toEqual(['root.d/10-tree', ...Object.keys(web)]);
  const second = done(await rig.build('box'));
  expect(hooksRun(second)).toEqual([]);
  expect(stepsMade(second)).toEqual({});
  expect(second.artifacts).toEqual(first.artifacts.map((it) => ({ ...it, origin: 'restored' })));
});

scenario('a changed late hook rebuilds its layer and those after, and nothing else', async (rig) => {
  await prepare(rig);
  const before = done(await rig.build('box'));
  await rig.element('web', { 'post-install.d/10-late': 'echo otherwise >/late\n' });
  const after = done(await rig.build('box'));
  expect(hooksRun(after)).toEqual(['post-install.d/10-late']);
  expect(stepsMade(after)).toEqual({ 'post-install': 'run', 'block-device': 'run', finalise: 'run' });
  expect(after.artifacts[0]?.origin).toBe('run');
  expect(records(after).slice(0, 2)).toEqual(records(before).slice(0, 2));
});

scenario('after a change to hook k, its phase resumes after hook k-1', async (rig) => {
  await prepare(rig);
  const options = { until: 'last', checkpoints: 'after-every-hook' } as const;
  done(await rig.build('box', options));
  await rig.element('web', { 'install.d/30-third': 'echo third >/third\n' });
  const third = done(await rig.build('box', options));
  expect(hooksRun(third)).toEqual(['install.d/30-third', 'post-install.d/10-late']);
  expect(stepsMade(third)['install']).toBe('resumed');

  await rig.element('web', { 'install.d/20-second': `${web['install.d/20-second']}echo more >/more\n` });
  const second = done(await rig.build('box', options));
  expect(hooksRun(second)).toEqual(['install.d/20-second', 'install.d/30-third', 'post-install.d/10-late']);

  await rm(rig.store, { recursive: true });
  const fresh = done(await rig.build('box', { until: 'last' }));
  expect(records(second), 'what was resumed is what would have been made at once').toEqual(records(fresh));
});

scenario('what a hook writes in bulk is sealed as a layer, from which the step resumes', async (rig) => {
  await prepare(rig);
  const bulk = {
    'install.d/10-first': 'head -c 40000000 /dev/zero >/bulk; ln /bulk /same; mkdir /gone; echo 1 >/gone/a\n',
  };
  const late = { 'install.d/30-third': 'rm -r /gone; echo third >>/third; rm -f /same\n' };
  await rig.element('web', { ...bulk, 'install.d/30-third': 'echo third >/third\n' });
  const first = done(await rig.build('box', { until: 'install' }));
  expect(ownLayersOf(first, 'install')).toHaveLength(2);

  await rig.element('web', late);
  const resumed = done(await rig.build('box', { until: 'install' }));
  expect(hooksRun(resumed)).toEqual(['install.d/20-second', 'install.d/30-third']);
  expect(stepsMade(resumed)['install']).toBe('resumed');
  expect(ownLayersOf(resumed, 'install')[0], 'the sealed layer is the same').toEqual(
    ownLayersOf(first, 'install')[0],
  );

  await rm(rig.store, { recursive: true });
  const fresh = done(await rig.build('box', { until: 'install' }));
  expect(records(resumed), 'what was resumed is what would have been made at once').toEqual(records(fresh));
});

scenario('a mount of the host that goes while a hook runs changes nothing', async (rig) => {
  await prepare(rig);
  const gate = await rig.gate('first');
  const bulk = `${gate.lines('chroot')}head -c 40000000 /dev/zero >/first\n`;
  await rig.element('web', { 'install.d/10-first': bulk });
  const session = join(rig.root, 'session');
  await mkdir(session);
  const mounting = 'mount -t tmpfs session "$1"; shift; exec "$@"';
  const wrapper = ['unshare', '--mount', '--propagation=private', 'sh', '-ec', mounting, 'session', session];
  const build = rig.start('box', { until: 'install', wrapper });
  await gate.reached();
  // In whatever namespace something is mounted on a folder: it goes with the folder.
  await rmdir(session);
  gate.pass();
  expect(ownLayersOf(done(await build.finished), 'install')).toHaveLength(2);
});

scenario('what apt keeps for itself is sealed only with something else', async (rig) => {
  await prepare(rig);
  const caches =
    'touch /first; mkdir -p /var/cache/apt /var/lib/apt/lists; head -c 40000000 /dev/zero >/var/cache/apt/x.bin\n';
  await rig.element('web', {
    'install.d/10-first': caches,
    'install.d/20-second': 'echo >/var/lib/apt/lists/x\n',
  });
  const first = done(await rig.build('box', { until: 'install' }));
  expect(ownLayersOf(first, 'install')).toHaveLength(1);
  await rig.element('web', {
    'install.d/10-first': `${caches}head -c 40000000 /dev/zero >/var/cache/bulk\n`,
  });
  expect(ownLayersOf(done(await rig.build('box', { until: 'install' })), 'install')).toHaveLength(2);
});

scenario('a step that outgrows its memory runs on disk, and leaves what it would have left', async (rig) => {
  await prepare(rig);
  await rig.element('web', {
    'install.d/10-first': 'rm /etc/hostname; head -c 40000000 /dev/zero >/first\n',
    'install.d/30-third': 'echo third >/third\n',
  });
  const least = { DIB_MIN_TMPFS: '0.001' };
  const inMemory = done(await rig.build('box', { until: 'install', environment: least }));
  expect(notesOf(inMemory)).toEqual([]);
  await rm(rig.store, { recursive: true });

  const environment = { ...least, KILN_TMPFS_LIMIT: '20MiB' };
  const outgrown = done(await rig.build('box', { until: 'install', environment }));
  expect(notesOf(outgrown)).toEqual(['install: memory is too small for it; once more, on disk']);
  expect(records(outgrown)).toEqual(records(inMemory));
  await rm(rig.store, { recursive: true });

  const onDisk = done(await rig.build('box', { until: 'install', environment: { DIB_NO_TMPFS: '1' } }));
  expect(records(onDisk)).toEqual(records(inMemory));
});

scenario('quick hooks leave no checkpoint: it would cost more than it saves', async (rig) => {
  await prepare(rig);
  done(await rig.build('box', { until: 'install' }));
  await rig.element('web', { 'install.d/30-third': 'echo third >/third\n' });
  const again = done(await rig.build('box', { until: 'install' }));
  expect(hooksRun(again)).toEqual(['install.d/10-first', 'install.d/20-second', 'install.d/30-third']);
});

scenario('a changed comment re-runs its step and nothing after it', async (rig) => {
  await prepare(rig);
  const before = done(await rig.build('box'));
  await rig.element('web', { 'install.d/30-third': `# a remark\n${web['install.d/30-third']}` });
  const after = done(await rig.build('box'));
  expect(stepsMade(after)).toEqual({ install: 'run' });
  expect(records(after)).toEqual(records(before));
  expect(after.artifacts[0]?.origin).toBe('restored');
});

scenario('from a store that was wiped, the records come out equal', async (rig) => {
  await prepare(rig);
  const before = done(await rig.build('box'));
  await rm(rig.store, { recursive: true });
  const after = done(await rig.build('box', { outputDirectory: rig.outputDirectory('elsewhere') }));
  expect(hooksRun(after)).toHaveLength(5);
  expect(records(after)).toEqual(records(before));
  expect(after.artifacts.map((it) => it.digest)).toEqual(before.artifacts.map((it) => it.digest));
});

scenario(
  'a step that may not be restored runs each time, and what it made alike stops there',
  async (rig) => {
    await prepare(rig);
    await rig.element('web', { 'element.yaml': 'restorable: false\n' });
    done(await rig.build('box', { until: 'last' }));
    const again = done(await rig.build('box', { until: 'last' }));
    expect(hooksRun(again)).toEqual(Object.keys(web));
  },
);

scenario('two images that begin alike bootstrap once', async (rig) => {
  await prepare(rig);
  await rig.element('database', { 'install.d/50-database': 'echo database >/database\n' });
  await rig.image('other', ['database']);
  done(await rig.build('box', { until: 'last' }));
  const other = done(await rig.build('other', { until: 'last' }));
  expect(hooksRun(other)).toEqual(['install.d/50-database']);
});

scenario(
  'the artifact does not depend on where the workspace lies nor on when it was written',
  async (rig) => {
    await prepare(rig);
    const here = done(await rig.build('box'));
    const { openRig } = await import('@kiln/testkit/rig/open-rig.ts');
    const elsewhere = await openRig();
    try {
      await prepare(elsewhere);
      const there = done(
        await elsewhere.build('box', { environment: { LANG: 'de_DE.UTF-8', HOSTNAME: 'other' } }),
      );
      expect(there.steps.map((it) => it.key)).toEqual(here.steps.map((it) => it.key));
      expect(there.artifacts.map((it) => it.digest)).toEqual(here.artifacts.map((it) => it.digest));
    } finally {
      await elsewhere.close();
    }
  },
);
