import { hooksRun, readFromTar, stepsMade, type Rig } from '@kiln/testkit/rig/open-rig.ts';
import type { RigBuild } from '@kiln/testkit/rig/run-rig-build.ts';
import { expect } from 'vitest';
import { done, scenario } from './scenario.ts';

const read = (build: RigBuild, path: string) => readFromTar(build.artifacts[0]?.file ?? '', path);

async function prepare(rig: Rig, files: Readonly<Record<string, string>>): Promise<void> {
  await rig.element('web', files);
  await rig.image('box', ['web']);
}

scenario(
  '16. hooks that extra-data adds or changes are found, ordered by number, and run; a change of the original counts',
  async (rig) => {
    await prepare(rig, {
      'extra-data.d/10-rewrite': [
        'sed -i s/colour/red/ "$TMP_HOOKS_PATH/install.d/50-web"',
        'printf "#!/bin/bash\\necho 5 >>/order\\n" >"$TMP_HOOKS_PATH/install.d/5-early"',
        'printf "#!/bin/bash\\necho 100 >>/order\\n" >"$TMP_HOOKS_PATH/install.d/100-late"',
        'chmod +x "$TMP_HOOKS_PATH"/install.d/5-early "$TMP_HOOKS_PATH"/install.d/100-late',
        'mkdir -p "$TMP_HOOKS_PATH/post-install.d"',
        'cp "$TMP_HOOKS_PATH/install.d/5-early" "$TMP_HOOKS_PATH/post-install.d/10-again"',
        '',
      ].join('\n'),
      'install.d/50-web': 'echo 50 >>/order\necho colour >/colour\n',
      'post-install.d/20-other': 'echo other >>/order\n',
    });
    const build = done(await rig.build('box'));
    expect(hooksRun(build).filter((hook) => hook.includes('install.d'))).toEqual([
      'install.d/5-early',
      'install.d/50-web',
      'install.d/100-late',
      'post-install.d/10-again',
      'post-install.d/20-other',
    ]);
    expect([await read(build, 'order'), await read(build, 'colour')]).toEqual([
      '5\n50\n100\n5\nother',
      'red',
    ]);
    expect(stepsMade(done(await rig.build('box')))).toEqual({});
    await rig.element('web', { 'install.d/50-web': 'echo 50 >>/order\necho colour and more >/colour\n' });
    expect(await read(done(await rig.build('box')), 'colour')).toBe('red and more');
  },
);

scenario('16. a hook that is rewritten in a way that the scripts do not show is never stale', async (rig) => {
  const hidden =
    'folder=$(echo "$TMP_HOOKS_PATH/instal"l.d)\nf=$folder/50-web\ncp "$f" "$f.new"; mv "$f.new" "$f"\n';
  await prepare(rig, { 'extra-data.d/10-rewrite': hidden, 'install.d/50-web': 'echo one >/web\n' });
  expect(await read(done(await rig.build('box')), 'web')).toBe('one');
  await rig.element('web', { 'install.d/50-web': 'echo two >/web\n' });
  expect(await read(done(await rig.build('box')), 'web')).toBe('two');
});

scenario(
  'install types: the default and those of DIB_INSTALLTYPE_… link hooks of sub-folders',
  async (rig) => {
    const choose = [
      'cd "$TMP_HOOKS_PATH/install.d"',
      'ln -sf web-${DIB_INSTALLTYPE_web:-$DIB_DEFAULT_INSTALLTYPE}-install/* .',
      '',
    ].join('\n');
    await prepare(rig, {
      'extra-data.d/99-choose': choose,
      'install.d/web-source-install/40-web': '#!/bin/bash\necho source >/how\n',
      'install.d/web-package-install/40-web': '#!/bin/bash\necho package >/how\n',
    });
    expect(await read(done(await rig.build('box')), 'how')).toBe('source');
    const environment = { DIB_INSTALLTYPE_web: 'package' };
    expect(await read(done(await rig.build('box', { environment })), 'how')).toBe('package');
    const byDefault = done(await rig.build('box', { environment: { DIB_DEFAULT_INSTALLTYPE: 'package' } }));
    expect(await read(byDefault, 'how')).toBe('package');
  },
);
