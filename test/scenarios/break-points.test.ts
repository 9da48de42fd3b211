import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BreakPlace, BreakPoints } from '@kiln/engine/execute/shell/break-points.ts';
import { runCommand } from '@kiln/engine/util/run-command.ts';
import { hooksRun, listTar, readFromTar, stepsMade, type Rig } from '@kiln/testkit/rig/open-rig.ts';
import { expect } from 'vitest';
import { kiln } from './kiln-process.ts';
import { done, scenario } from './scenario.ts';

interface Visit {
  readonly place: string;
  readonly side: BreakPlace['side'];
  readonly output: string;
}

/** Break points whose shell is a script. */
function scripted(
  names: readonly string[],
  script: string,
  more: Partial<BreakPoints> = {},
): { readonly breakPoints: BreakPoints; readonly visits: Visit[] } {
  const visits: Visit[] = [];
  const open = async ({ name, side, entry }: BreakPlace): Promise<void> => {
    const [file, ...args] = entry;
    const run = await runCommand({ file, args: [...args, '/bin/bash', '--norc', '-c', script] });
    visits.push({ place: name, side, output: `${run.stdout}${run.stderr}`.trim() });
  };
  return { breakPoints: { names, open, ...more }, visits };
}

async function prepare(rig: Rig, more: Readonly<Record<string, string>> = {}): Promise<void> {
  await rig.element('web', {
    'environment.d/10-web': 'export WEB_COLOUR=red\n',
    'pre-install.d/10-first': 'echo "$WEB_COLOUR" >/first\n',
    'install.d/10-second': 'echo "$WEB_COLOUR" >/second\n',
    'install.d/20-third': 'echo third >/third\n',
    'finalise.d/10-fourth': 'echo fourth >/fourth\n',
    ...more,
  });
  await rig.image('box', ['web']);
}

const look =
  'root=${TMP_MOUNT_PATH:-}; for f in first second third fourth; do [ ! -e $root/$f ] || echo $f; done';

scenario('a build stops at each break point, in the state at that point, and goes on', async (rig) => {
  await prepare(rig);
  const names = ['after-root', 'before-install', 'after-install', 'before-finalise', 'after-cleanup'];
  const { breakPoints, visits } = scripted(names, `${look}; echo "$WEB_COLOUR"`);
  const build = done(await rig.build('box', { breakPoints }));
  expect(visits).toEqual([
    { place: 'after-root', side: 'host', output: 'red' },
    { place: 'before-install', side: 'chroot', output: 'first\nred' },
    { place: 'after-install', side: 'chroot', output: 'first\nsecond\nthird\nred' },
    { place: 'before-finalise', side: 'chroot', output: 'first\nsecond\nthird\nred' },
    { place: 'after-cleanup', side: 'host', output: 'first\nsecond\nthird\nfourth\nred' },
  ]);
  expect(await readFromTar(build.artifacts[0]?.file ?? '', 'fourth')).toBe('fourth');
});

scenario(
  'a shell that changes nothing leaves the results under their keys; what the store has is stopped at too',
  async (rig) => {
    await prepare(rig);
    done(await rig.build('box'));
    const { breakPoints, visits } = scripted(['before-install', 'after-post-root', 'after-extra-data'], look);
    const stopped = done(await rig.build('box', { breakPoints }));
    expect(visits.map(({ place }) => place)).toEqual([
      'after-extra-data',
      'before-install',
      'after-post-root',
    ]);
    expect(hooksRun(stopped), 'the step is made again to stop in it, and no other').toEqual([
      'install.d/10-second',
      'install.d/20-third',
    ]);
    const again = done(await rig.build('box'));
    expect(stepsMade(again)).toEqual({});
    expect(again.artifacts[0]?.digest).toBe(stopped.artifacts[0]?.digest);
  },
);

scenario('what a shell changes goes into this image, and into no other build', async (rig) => {
  await prepare(rig);
  const { breakPoints } = scripted(['before-install'], 'echo by hand >/by-hand');
  const stopped = done(await rig.build('box', { breakPoints, checkpoints: 'after-every-hook' }));
  expect(await readFromTar(stopped.artifacts[0]?.file ?? '', 'by-hand')).toBe('by hand');
  expect(await readFile(join(rig.outputDirectory('box'), 'receipt.json'), 'utf8')).not.toContain(
    stopped.steps.find(({ name }) => name === 'install')?.key,
  );
  const clean = done(await rig.build('box', { checkpoints: 'after-every-hook' }));
  expect(hooksRun(clean)).toContain('install.d/10-second');
  expect(await listTar(clean.artifacts[0]?.file ?? '')).not.toContain('by-hand');
});

scenario('a host phase without hooks is stopped at too, and what is changed there counts', async (rig) => {
  await prepare(rig);
  const change = 'echo "$TMP_HOOKS_PATH" >"$TMP_MOUNT_PATH/by-hand"';
  const { breakPoints, visits } = scripted(['before-post-root'], change);
  const build = done(await rig.build('box', { breakPoints }));
  expect(visits).toEqual([{ place: 'before-post-root', side: 'host', output: '' }]);
  expect(await readFromTar(build.artifacts[0]?.file ?? '', 'by-hand')).toBe('/run/kiln/hooks');
  expect(await listTar(done(await rig.build('box')).artifacts[0]?.file ?? '')).not.toContain('by-hand');
});

scenario(
  'after an error there is a shell where the hook was, or outside; the build fails all the same',
  async (rig) => {
    await prepare(rig, { 'install.d/20-third': 'echo half >/third\nexit 3\n' });
    const inside = scripted(['after-error'], 'cat /third; echo "$WEB_COLOUR"; ls /tmp/in_target.d/install.d');
    const failed = await rig.build('box', { breakPoints: inside.breakPoints });
    expect(failed.failures).toMatchObject([{ code: 'hook-failed', status: 'exit status 3' }]);
    expect(inside.visits).toEqual([
      { place: 'after-error', side: 'chroot', output: 'half\nred\n10-second\n20-third' },
    ]);
    const outside = scripted(['after-error'], 'cat "$TMP_MOUNT_PATH/third"', { afterError: 'host' });
    expect((await rig.build('box', { breakPoints: outside.breakPoints })).ended).toBe('failed');
    expect(outside.visits).toEqual([{ place: 'after-error', side: 'host', output: 'half' }]);
  },
);

scenario('an environment file that fails is stopped after as well, and so is a host hook', async (rig) => {
  await prepare(rig, { 'post-root.d/10-host': 'exit 1\n' });
  const host = scripted(['after-error'], 'pwd');
  await rig.build('box', { breakPoints: host.breakPoints });
  expect(host.visits).toEqual([{ place: 'after-error', side: 'host', output: '/run/kiln/outputs' }]);
  await rig.element('web', { 'environment.d/10-web': 'export WEB_COLOUR=$NOT_SET_ANYWHERE\n' });
  const environment = scripted(['after-error'], 'ls "$TMP_HOOKS_PATH"');
  await rig.build('box', { breakPoints: environment.breakPoints });
  expect(environment.visits).toEqual([
    { place: 'after-error', side: 'host', output: expect.stringContaining('environment.d') },
  ]);
});

scenario('kiln build --break opens a shell, or runs break_cmd, and prints where it is', async (rig) => {
  await prepare(rig);
  const typed = await kiln(rig, ['build', 'box', '--break', 'after-install'], {
    input: 'cat /second; ls /tmp/in_target.d/install.d; exit 9\n',
  });
  expect(typed.exitCode).toBe(0);
  expect(typed.stdout).toContain('red\n10-second\n20-third\n');
  expect(typed.stderr).toMatch(
    /Starting debug shell\. Exit to resume building\.\nAt stage after-install\n(.*\n)*Resuming\n/,
  );
  const commanded = await kiln(rig, ['build', 'box', '--break', 'before-install,after-root'], {
    environment: { break_cmd: 'echo "here: $(test -e /first && echo chroot || echo host)"' },
  });
  expect(commanded.stdout).toContain('here: host\nhere: chroot\n');
  const wrong = await kiln(rig, ['build', 'box', '--break', 'after-instal']);
  expect(wrong.exitCode).toBe(2);
  expect(wrong.stderr).toContain('after-instal');
});
