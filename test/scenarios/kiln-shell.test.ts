import type { Rig } from '@kiln/testkit/rig/open-rig.ts';
import { expect } from 'vitest';
import { kiln } from './kiln-process.ts';
import { scenario } from './scenario.ts';

async function prepare(rig: Rig): Promise<void> {
  await rig.element('web', {
    'environment.d/10-web': 'export WEB_COLOUR=red\n',
    'install.d/10-first': 'echo first >/first\n',
    'install.d/20-second': 'echo "$WEB_COLOUR" >/second\n',
    'post-install.d/10-third': 'echo third >/third\n',
    'cleanup.d/10-host': 'echo "$TARGET_ROOT"\n',
  });
  await rig.image('box', ['web']);
}

scenario(
  "a shell has the state before or after a hook, or after a step, with the hook's environment",
  async (rig) => {
    await prepare(rig);
    expect((await kiln(rig, ['build', 'box'])).exitCode).toBe(0);
    const look = async (...where: readonly string[]) => {
      const run = await kiln(rig, ['shell', 'box', ...where], {
        input: 'for f in first second third; do test -e /$f && cat /$f; done; exit 7\n',
      });
      expect(run.exitCode).toBe(7);
      return run.stdout;
    };
    expect(await look('--before', 'install.d/20-second')).toBe('first\n');
    expect(await look('--after', '20-second')).toBe('first\nred\n');
    expect(await look('--before', '10-third')).toBe('first\nred\n');
    expect(await look('--after', 'post-install')).toBe('first\nred\nthird\n');
    const colour = await kiln(rig, [
      'shell',
      'box',
      '--before',
      '20-second',
      '--',
      '/bin/bash',
      '-c',
      'echo $WEB_COLOUR; ls /tmp/in_target.d/install.d',
    ]);
    expect(colour.stdout).toBe('red\n10-first\n20-second\n');
  },
);

scenario('a shell at a host hook is on the host, with the tree beside it', async (rig) => {
  await prepare(rig);
  const command = 'pwd; echo $TMP_MOUNT_PATH; cat $TMP_MOUNT_PATH/third';
  const run = await kiln(rig, ['shell', 'box', '--before', 'cleanup.d/10-host', '--', 'bash', '-c', command]);
  expect(run.stdout).toBe('/run/kiln/outputs\n/run/kiln/mnt\nthird\n');
});

scenario('what happens in a shell is thrown away', async (rig) => {
  await prepare(rig);
  await kiln(rig, ['build', 'box']);
  const before = await kiln(rig, ['explain', 'box', '--json']);
  await kiln(rig, ['shell', 'box', '--after', 'install'], { input: 'echo changed >/first; rm /second\n' });
  expect(
    (await kiln(rig, ['shell', 'box', '--after', 'install', '--', 'cat', '/first', '/second'])).stdout,
  ).toBe('first\nred\n');
  expect((await kiln(rig, ['explain', 'box', '--json'])).stdout).toBe(before.stdout);
  expect((await kiln(rig, ['build', 'box'])).stdout).not.toMatch(/ run /);
});

scenario('a failed hook tells the command that opens a shell in the state that it had', async (rig) => {
  await prepare(rig);
  await rig.element('web', { 'install.d/20-second': 'echo half >/second\nfalse\n' });
  const failed = await kiln(rig, ['build', 'box']);
  expect(failed.exitCode).toBe(1);
  const [, replay = ''] = /to look around in the state that it had: npx kiln (.*)/.exec(failed.stderr) ?? [];
  expect(replay).toBe('shell box --before install.d/20-second');
  const shell = await kiln(rig, replay.split(' '), {
    input: 'ls /\n/tmp/in_target.d/install.d/20-second; echo $?\n',
  });
  expect(shell.stdout.split('\n')).toContain('first');
  expect(shell.stdout.split('\n')).not.toContain('second');
  expect(shell.stdout).toMatch(/1\n$/);
});

scenario('an unknown hook is told, with a near one', async (rig) => {
  await prepare(rig);
  const run = await kiln(rig, ['shell', 'box', '--before', 'install.d/20-secnd']);
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toContain("did you mean 'install.d/20-second'?");
});
