import { readFile } from 'node:fs/promises';
import type { Failure } from '@kiln/engine/diagnostics/failure.ts';
import { hooksRun } from '@kiln/testkit/rig/open-rig.ts';
import type { RigBuild } from '@kiln/testkit/rig/run-rig-build.ts';
import { expect } from 'vitest';
import { done, scenario } from './scenario.ts';

/** The failures of a build that must have failed. */
function failed(build: RigBuild): readonly Failure[] {
  expect(build.ended).toBe('failed');
  return build.failures;
}

const codes = (build: RigBuild): readonly string[] => failed(build).map((it) => it.code);

scenario(
  'a failing hook is told with its element, phase, last lines, log and replay, and ends the build',
  async (rig) => {
    await rig.element('web', {
      'install.d/10-before': 'echo before >/before\n',
      'install.d/20-break': 'for i in {1..30}; do echo "line $i"; done\necho oh no >&2\nexit 3\n',
      'install.d/30-after': 'echo after >/after\n',
    });
    await rig.image('box', ['web']);
    const build = await rig.build('box');
    const [failure, ...others] = failed(build);
    expect(others).toEqual([]);
    if (failure?.code !== 'hook-failed') throw new Error('another failure');
    expect(failure).toMatchObject({
      element: 'web',
      phase: 'install',
      hook: '20-break',
      where: 'inside the chroot',
      status: 'exit status 3',
      replay: 'kiln shell box --before install.d/20-break',
    });
    expect(failure.lastLines).toHaveLength(20);
    expect(failure.lastLines.slice(-2)).toEqual(['line 30', 'oh no']);
    expect((await readFile(failure.logFile, 'utf8')).split('\n')).toHaveLength(32);
    expect(hooksRun(build).at(-1)).toBe('install.d/20-break');
    expect(await rig.leaks()).toMatchObject({ workFolders: [] });

    await rig.element('web', { 'install.d/20-break': 'echo mended >/mended\n' });
    expect(hooksRun(done(await rig.build('box')))).not.toContain('root.d/10-tree');
  },
);

scenario(
  'a hook that a signal ends, one that cannot start, and one that fails on the host are told as such',
  async (rig) => {
    await rig.element('killed', { 'install.d/10-kill': 'kill -SEGV $$\n' });
    await rig.element('unknown', { 'install.d/10-unknown': '#!/no/such/interpreter\n' });
    await rig.element('host', { 'post-root.d/10-host': 'die "no way on"\n' });
    for (const name of ['killed', 'unknown', 'host']) await rig.image(name, [name]);
    const [killed] = failed(await rig.build('killed'));
    expect(killed).toMatchObject({ code: 'hook-failed', status: expect.stringMatching(/SEGV|139/) });
    const [unknown] = failed(await rig.build('unknown'));
    expect(unknown).toMatchObject({
      code: 'hook-failed',
      lastLines: [expect.stringContaining('No such file')],
    });
    const [host] = failed(await rig.build('host'));
    expect(host).toMatchObject({ where: 'on the host', lastLines: ['ERROR: no way on'] });
  },
);

scenario('environment.d that fails is told before the phase whose hooks need it', async (rig) => {
  await rig.element('web', {
    'environment.d/10-web': 'export DIB_WEB_ROOT=$DIB_NOT_SET\n',
    'install.d/10-web': 'echo "$DIB_WEB_ROOT" >/web\n',
  });
  await rig.image('box', ['web']);
  const [failure] = failed(await rig.build('box'));
  expect(failure).toMatchObject({ code: 'environment-hook-failed', phase: 'install' });
  expect(JSON.stringify(failure)).toContain('DIB_NOT_SET: unbound variable');
});

scenario('an operating system that leaves nothing is told', async (rig) => {
  await rig.element('void', { 'element-provides': 'operating-system\n', 'root.d/10-nothing': 'true\n' });
  await rig.write('images/box/image.yaml', 'elements: [void]\nskip-base: true\n');
  expect(failed(await rig.build('box'))).toMatchObject([{ code: 'root-empty', elements: ['void'] }]);
});

scenario(
  'what is wrong with a definition and its elements is told at once, before anything runs',
  async (rig) => {
    await rig.element('web', {
      'install.d/10-web': 'true\n',
      'element-deps': 'databse\nanother\n',
    });
    await rig.element('database', { 'install.d/10-web': 'true\n' });
    await rig.image('box', ['web', 'database', 'nowhere']);
    const wrongElements = await rig.build('box');
    expect(codes(wrongElements).toSorted()).toEqual([
      'element-not-found',
      'element-not-found',
      'element-not-found',
      'hook-duplicated',
    ]);
    expect(failed(wrongElements)).toContainEqual(
      expect.objectContaining({ element: 'databse', near: 'database' }),
    );
    expect(wrongElements.events).toEqual([]);

    await rig.image('wrong', [], 'formats: [3]\nsize: large\nextra: 1');
    expect(codes(await rig.build('wrong'))).toHaveLength(3);
    await rig.image('unknown', [], 'formats: [qcow3]');
    expect(codes(await rig.build('unknown'))).toEqual(['format-unknown']);

    await rig.image('disk', [], 'block-device: [{ local_loop: { name: a } }, { partitioning: { base: b } }]');
    expect(codes(await rig.build('disk'))).toContain('block-device-invalid');
  },
);

scenario('host tools that are missing are named all, before anything starts', async (rig) => {
  const declared = 'host-tools: [{ tool: no-such-tool-1, package: one }, { tool: no-such-tool-2 }]\n';
  await rig.element('web', { 'element.yaml': declared, 'cleanup.d/90-late': 'no-such-tool-1\n' });
  await rig.image('box', ['web']);
  const build = await rig.build('box');
  expect(failed(build)).toMatchObject([
    { code: 'host-tool-missing', tool: 'no-such-tool-1', debianPackage: 'one', neededFor: "element 'web'" },
    { code: 'host-tool-missing', tool: 'no-such-tool-2' },
  ]);
  expect(hooksRun(build)).toEqual([]);
});

scenario('an image size that is too small for the tree is told with the size that it needs', async (rig) => {
  await rig.image('box', [], 'formats: [raw]\nsize: 2MiB');
  const [failure] = failed(await rig.build('box'));
  expect(failure).toMatchObject({ code: 'image-size-too-small', sizeBytes: 2 << 20 });
});

scenario(
  'a size that was too small for what these elements made last is refused before any hook runs, and told of where they changed',
  async (rig) => {
    const small = 'formats: [raw]\nsize: 24MiB\njournal-size: 4MiB';
    await rig.element('web', { 'install.d/10-web': 'head -c 30000000 /dev/urandom >/web\n' });
    await rig.image('box', ['web'], 'formats: [raw]');
    done(await rig.build('box'));
    await rig.image('box', ['web'], small);
    const refused = await rig.build('box');
    expect(failed(refused)).toMatchObject([
      { code: 'image-size-too-small', sizeBytes: 24 << 20, known: 'from the last build' },
    ]);
    expect(hooksRun(refused)).toEqual([]);

    // An archive of the tree has no disk.
    await rig.image('box', ['web'], small.replace('raw', 'tar'));
    done(await rig.build('box'));

    await rig.element('web', { 'install.d/10-web': 'echo little >/web\n' });
    await rig.image('box', ['web'], small);
    const smaller = done(await rig.build('box'));
    expect(smaller.events).toContainEqual(
      expect.objectContaining({
        type: 'warning',
        failure: expect.objectContaining({
          code: 'image-size-too-small',
          known: 'from the last build',
        }) as unknown,
      }),
    );
  },
);
