import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '@kiln/engine/util/run-command.ts';
import { noLeaks } from '@kiln/testkit/rig/find-leaks.ts';
import { hooksRun, stepsMade, type Rig, type RigOptions } from '@kiln/testkit/rig/open-rig.ts';
import type { RigProcess } from '@kiln/testkit/rig/rig-process.ts';
import { until } from '@kiln/testkit/rig/until.ts';
import { expect } from 'vitest';
import { done, scenario } from './scenario.ts';

/** The processes of a build are gone, its mounts and loop devices too; the next build succeeds and sweeps its folders. */
async function expectRecovery(rig: Rig, options: RigOptions = {}) {
  await rig.cleared();
  const next = done(await rig.build('box', options));
  expect(await rig.leaks()).toEqual(noLeaks);
  expect((await readdir(rig.outputDirectory('box'))).filter((name) => name.includes('.part'))).toEqual([]);
  return next;
}

async function killInHook(rig: Rig, where: 'host' | 'chroot', path: string): Promise<void> {
  const gate = await rig.gate('middle');
  // With mounts, a loop device and a process of the hook's own, and one that ignores what it can.
  const stubborn =
    where === 'host' ? 'mkdir -p "$TMP_MOUNT_PATH/mnt"\nmount -t tmpfs tmpfs "$TMP_MOUNT_PATH/mnt"\n' : '';
  const background = "trap '' TERM HUP INT\n(while :; do read -r -t 1 <>/dev/null || :; done) &\n";
  await rig.element('web', {
    'install.d/10-before': 'echo before >/before\n',
    [path]: `${stubborn}${background}${gate.lines(where)}${where === 'host' ? 'umount "$TMP_MOUNT_PATH/mnt"\n' : ''}`,
  });
  await rig.image('box', ['web']);
  const build = rig.start('box');
  await gate.reached();
  expect((await rig.leaks()).processes, 'the test would see what is left').not.toEqual([]);
  await build.kill('SIGKILL');
  await gate.leaveOpen();
}

scenario('killed in a root hook, a build leaves nothing and the next one succeeds', async (rig) => {
  await killInHook(rig, 'host', 'root.d/50-middle');
  await expectRecovery(rig);
});

scenario(
  'killed in a hook inside the chroot, a build leaves nothing, and what was done is kept',
  async (rig) => {
    await killInHook(rig, 'chroot', 'post-install.d/50-middle');
    const next = await expectRecovery(rig);
    expect(hooksRun(next)).toEqual(['post-install.d/50-middle']);
  },
);

/** Loop devices on the disk of the only step at work: three for a disk of two partitions. */
async function loopDevicesOf(rig: Rig): Promise<number> {
  const work = join(rig.store, 'v1/work');
  const [step = ''] = (await readdir(work)).filter((name) => name.startsWith('step-'));
  const listed = await runCommand({ file: 'losetup', args: ['--associated', join(work, step, 'disk.raw')] });
  return listed.stdout.split('\n').filter((line) => line !== '').length;
}

scenario('killed while hooks are shown a disk, a build leaves no loop device', async (rig) => {
  const gate = await rig.gate('middle');
  await rig.element('web', { 'cleanup.d/50-middle': `test -b "$IMAGE_BLOCK_DEVICE"\n${gate.lines('host')}` });
  await rig.image('box', ['web'], `formats: [tar]\n${twoPartitions}`);
  const build = rig.start('box');
  await gate.reached();
  expect(await loopDevicesOf(rig), 'the test would see what is left').toBe(3);
  await build.kill('SIGKILL');
  await gate.leaveOpen();
  await until(
    async () => (await loopDevicesOf(rig)) === 0,
    async () => `${await loopDevicesOf(rig)} loop devices`,
  );
  await expectRecovery(rig);
});

const twoPartitions = `block-device:
  - local_loop: { name: image0 }
  - partitioning:
      base: image0
      label: gpt
      partitions:
        - { name: BSP, type: EF02, size: 1MiB }
        - { name: root, size: 100%, mkfs: { mount: { mount_point: / } } }
`;

/** Kills a build as soon as it says something; what it is at then differs from run to run, and must not matter. */
async function killWhen(rig: Rig, said: (build: RigProcess) => Promise<unknown>): Promise<void> {
  await rig.element('web', {
    'install.d/10-web': 'echo web >/web\nhead -c 8000000 /dev/urandom >/large\nrm /large\n',
  });
  await rig.image('box', ['web'], 'formats: [qcow2, raw]');
  const build = rig.start('box');
  await said(build);
  await build.kill('SIGKILL');
}

scenario('killed while a layer is packed', async (rig) => {
  await killWhen(rig, (build) => build.saw((event) => event.type === 'hook-finished'));
  await expectRecovery(rig);
});

scenario('killed while the mounts of a step are made', async (rig) => {
  await killWhen(rig, (build) =>
    build.saw((event) => event.type === 'step-started' && event.step === 'install'),
  );
  const next = await expectRecovery(rig);
  expect(stepsMade(next)['root']).toBeUndefined();
});

scenario('killed while the disk is written', async (rig) => {
  await killWhen(rig, (build) =>
    build.saw((event) => event.type === 'step-started' && event.step === 'image'),
  );
  const next = await expectRecovery(rig);
  expect(hooksRun(next)).toEqual([]);
});

scenario('killed while artifacts are put in place', async (rig) => {
  await killWhen(rig, (build) =>
    build.saw((event) => event.type === 'step-finished' && event.step === 'image'),
  );
  const next = await expectRecovery(rig);
  expect(stepsMade(next)).toEqual({});
});

scenario('a build that waits for one that is killed takes over', async (rig) => {
  const gate = await rig.gate('middle');
  await rig.element('web', { 'install.d/10-web': `${gate.lines('chroot')}echo web >/web\n` });
  await rig.image('box', ['web']);
  const killed = rig.start('box', { until: 'last' });
  await gate.reached();
  const waiting = rig.start('box', { until: 'last' });
  await rig.lockAwaited();
  await gate.leaveOpen();
  await killed.kill('SIGKILL');
  expect(hooksRun(done(await waiting.finished))).toEqual(['install.d/10-web']);
  await rig.cleared();
  // The folder of the killed build is for the next one to sweep.
  done(await rig.build('box', { until: 'last' }));
});

scenario('a cancelled build ends in order, at once, and leaves nothing', async (rig) => {
  const gate = await rig.gate('middle');
  await rig.element('web', {
    'install.d/10-before': 'echo before >/before\n',
    'install.d/50-middle': gate.lines('chroot'),
  });
  await rig.image('box', ['web']);
  const interrupt = new AbortController();
  const build = rig.build('box', { signal: interrupt.signal });
  await gate.reached();
  interrupt.abort();
  expect((await build).ended).toBe('cancelled');
  expect(await rig.leaks(), 'without a later sweep').toEqual(noLeaks);
  await gate.leaveOpen();
  done(await rig.build('box'));
});

scenario('a build may be cancelled while it waits for another one', async (rig) => {
  const gate = await rig.gate('middle');
  await rig.element('web', { 'install.d/50-middle': gate.lines('chroot') });
  await rig.image('box', ['web']);
  const first = rig.start('box', { until: 'last' });
  await gate.reached();
  const interrupt = new AbortController();
  const second = rig.build('box', { until: 'last', signal: interrupt.signal });
  await rig.lockAwaited();
  interrupt.abort();
  expect((await second).ended).toBe('cancelled');
  gate.pass();
  done(await first.finished);
});

scenario('a terminated process of a build ends as one that was cancelled', async (rig) => {
  const gate = await rig.gate('middle');
  await rig.element('web', { 'root.d/50-middle': gate.lines('host') });
  await rig.image('box', ['web']);
  const build = rig.start('box');
  await gate.reached();
  await build.kill('SIGTERM');
  expect((await build.finished).ended).toBe('cancelled');
  expect(await readdir(join(rig.store, 'v1/work'))).toEqual([]);
});
