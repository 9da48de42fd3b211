import type { Rig } from '@kiln/testkit/rig/open-rig.ts';
import { expect } from 'vitest';
import { kiln, startKiln, type KilnProcess } from './kiln-process.ts';
import { scenario } from './scenario.ts';

async function prepare(rig: Rig): Promise<void> {
  await rig.element('web', { 'install.d/10-first': 'echo first >/first\n', 'README.md': 'web\n' });
  await rig.image('box', ['web']);
}

async function watching(
  rig: Rig,
  body: (watch: KilnProcess) => Promise<void>,
  options: readonly string[] = [],
): Promise<void> {
  const watch = await startKiln(rig, ['watch', 'box', ...options]);
  await watch.said(/round 1 done after [\d.]+ s; watching 2 elements/);
  await body(watch);
  watch.interrupt();
  expect((await watch.finished).exitCode).toBe(130);
}

scenario('each change is built, with what it was; a README is none', async (rig) => {
  await prepare(rig);
  await watching(rig, async (watch) => {
    await rig.element('web', { 'README.md': 'changed\n' });
    await rig.element('web', { 'install.d/20-second': 'echo second >/second\n' });
    await watch.said(/elements\/web\/install\.d\/20-second changed/);
    await watch.said(/install: hook install\.d\/20-second/);
    await watch.said(/round \d done/);
  });
  expect((await kiln(rig, ['build', 'box', '--dry-run'])).stdout).toContain('nothing to do');
});

scenario(
  'a failure, and a definition that is wrong, are told, and the next change mends them',
  async (rig) => {
    await prepare(rig);
    await watching(rig, async (watch) => {
      await rig.element('web', { 'install.d/10-first': 'false\n' });
      await watch.said(/error\[hook-failed\]/);
      await watch.said(/round \d failed/);
      await rig.image('box', ['web', 'mroe']);
      await watch.said(/error\[element-not-found\]/);
      await watch.said(/round \d failed/);
      await rig.element('more', { 'install.d/30-more': 'echo more >/more\n' });
      await rig.image('box', ['more']);
      await watch.said(/round \d done after [\d.]+ s; watching 2 elements/);
    });
  },
);

scenario('a newer change cancels the build at work, which leaves nothing', async (rig) => {
  await prepare(rig);
  const gate = await rig.gate('long');
  await watching(
    rig,
    async (watch) => {
      await rig.element('web', { 'install.d/10-first': `${gate.lines('chroot')}echo changed >/first\n` });
      await gate.reached();
      await rig.element('web', { 'install.d/10-first': 'echo newer >/first\n' });
      await watch.said(/round \d overtaken by a newer change/);
      await watch.said(/round \d done/);
    },
    ['--until', 'install'],
  );
  const { stdout } = await kiln(rig, ['shell', 'box', '--after', 'install', '--', 'cat', '/first']);
  expect(stdout).toBe('newer\n');
});

scenario('an interrupted build ends with 130 and leaves nothing behind', async (rig) => {
  await prepare(rig);
  const gate = await rig.gate('long');
  await rig.element('web', { 'install.d/10-first': gate.lines('chroot') });
  const build = await startKiln(rig, ['build', 'box']);
  await gate.reached();
  build.interrupt();
  const { exitCode, stderr } = await build.finished;
  expect(exitCode).toBe(130);
  expect(stderr).toContain('cancelled');
});

scenario(
  'a shell is offered where a hook failed; afterwards the watch goes on, and Ctrl-C ends it',
  async (rig) => {
    await prepare(rig);
    await rig.element('web', { 'install.d/10-first': 'false\n' });
    const options = ['--until', 'install', '--shell'];
    const watch = await startKiln(rig, ['watch', 'box', ...options], { terminal: 'of its own' });
    await watch.said(/press Enter for a shell before install\.d\/10-first/);
    watch.type('\n');
    await watch.said(/\(before install\.d\/10-first\)/);
    watch.type('exit\n');
    await rig.element('web', { 'install.d/10-first': 'echo mended >/first\n' });
    await watch.said(/round \d done/);
    watch.type('\x03');
    expect((await watch.finished).exitCode).toBe(130);
  },
);
