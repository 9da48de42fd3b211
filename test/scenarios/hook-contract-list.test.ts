import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hooksRun, listTar, readFromTar, type Rig, type RigOptions } from '@kiln/testkit/rig/open-rig.ts';
import { expect } from 'vitest';
import { done, scenario } from './scenario.ts';

// Numbers are those of docs/compatibility.md, "Phases and environment".

/** Builds one element with `tiny-os`; \`read\` gives a file of the finished tree. */
async function builtTree(rig: Rig, files: Readonly<Record<string, string>>, options: RigOptions = {}) {
  await rig.element('web', files);
  await rig.image('box', ['web']);
  const build = done(await rig.build('box', options));
  const archive = build.artifacts[0]?.file ?? '';
  return {
    build,
    paths: await listTar(archive),
    read: async (path: string) => (await readFromTar(archive, path)) ?? '',
  };
}

scenario(
  '2. environment.d is read by bash itself: conditions, return, BASH_SOURCE, and exit as a veto',
  async (rig) => {
    const tree = await builtTree(rig, {
      'environment.d/10-web.bash': [
        'name=Box',
        'export WEB_NAME=${name,,}',
        'if [[ $WEB_NAME == b* ]]; then export WEB_FILE=${BASH_SOURCE[0]##*/}; fi',
        'return 0',
        'export WEB_NEVER=1',
        '',
      ].join('\n'),
      'install.d/10-look': 'echo "$WEB_NAME $WEB_FILE ${WEB_NEVER:-unset}" >/seen\n',
    });
    expect(await tree.read('seen')).toBe('box 10-web.bash unset');
    await rig.element('web', { 'environment.d/20-veto': 'echo "not here" >&2\nexit 1\n' });
    const vetoed = await rig.build('box');
    expect(vetoed.failures).toMatchObject([{ code: 'environment-hook-failed' }]);
    expect(JSON.stringify(vetoed.failures)).toContain('not here');
  },
);

scenario('5. host hooks have a working directory whose files are handed out', async (rig) => {
  await builtTree(rig, {
    'extra-data.d/10-write': 'mkdir -p "$IMAGE_NAME.d"\necho 1 >"$IMAGE_NAME.d/notes"\n',
    'cleanup.d/10-write': 'echo 2 >"$IMAGE_NAME.vmlinuz"\n',
  });
  const out = rig.outputDirectory('box');
  expect(await readdir(out)).toEqual(expect.arrayContaining(['box.d', 'box.vmlinuz']));
  expect(await readFile(join(out, 'box.d/notes'), 'utf8')).toBe('1\n');
});

scenario(
  '6. packages come between install.d and post-install.d, without environment.d and in_target.d',
  async (rig) => {
    const installer = [
      '#!/bin/bash',
      '[ "$1" != -e ] || exit 0',
      'echo "packages $* ${WEB_SET:-unset} $([ -e /tmp/in_target.d ] && echo hooks || echo none)" >>/order',
      '',
    ].join('\n');
    await rig.element('web', {
      'environment.d/10-web': 'export WEB_SET=1\n',
      'install.d/99-last': 'echo "install $WEB_SET" >>/order\n',
      'install.d/installer': installer,
      'pre-install.d/10-installer':
        'mkdir -p /usr/local/bin\ncp /tmp/in_target.d/install.d/installer /usr/local/bin/install-packages\n',
      'post-install.d/10-first': 'echo "post-install $WEB_SET" >>/order\n',
    });
    await rig.image('box', ['web'], 'formats: [tar]\npackages: [one, two]');
    const order = await readFromTar(done(await rig.build('box')).artifacts[0]?.file ?? '', 'order');
    expect(order?.split('\n').slice(-3)).toEqual([
      'install 1',
      'packages one two unset none',
      'post-install 1',
    ]);
  },
);

scenario(
  '10. sub-folders, names with dots and files that are not executable do not run; links do',
  async (rig) => {
    await rig.element('web', {
      'install.d/10-data/hook': '#!/bin/bash\nexit 1\n',
      'install.d/20-web.sh': '#!/bin/bash\nexit 1\n',
      'install.d/40-real': 'echo real >>/ran\n',
      'extra-data.d/10-link':
        'cd "$TMP_HOOKS_PATH/install.d"\nln -s 40-real 50-link\necho "exit 1" >30-plain\necho "exit 1" >45-odd~\nchmod +x 45-odd~\n',
    });
    await rig.image('box', ['web']);
    const build = done(await rig.build('box'));
    expect(hooksRun(build).filter((hook) => hook.startsWith('install.d'))).toEqual([
      'install.d/40-real',
      'install.d/50-link',
    ]);
  },
);

scenario('11. a hook may be any program, and finds its siblings by its own path', async (rig) => {
  const beside = 'folder=${0%/*}\ncp "$folder/../static/note" ';
  const tree = await builtTree(rig, {
    'static/note': 'a note\n',
    'bin/web-tool': '#!/bin/bash\necho tool\n',
    'install.d/10-beside': `${beside}/inside\n"$folder/../bin/web-tool" >/tool\n`,
    'install.d/20-cat': '#!/bin/cat\nnot a script at all\n',
    'post-root.d/10-beside': `${beside}"$TMP_MOUNT_PATH/outside"\n"$TMP_HOOKS_PATH/bin/web-tool" >>"$TMP_MOUNT_PATH/tool"\n`,
    'post-root.d/20-python':
      '#!/usr/bin/env python3\nimport os\nopen(os.environ["TMP_MOUNT_PATH"] + "/python", "w").write(os.path.basename(__file__))\n',
  });
  expect([await tree.read('inside'), await tree.read('outside')]).toEqual(['a note', 'a note']);
  expect(await tree.read('tool')).toBe('tool\ntool');
  expect(await tree.read('python')).toBe('20-python');
});

scenario('12. a hook whose last command is a condition that does not hold fails the build', async (rig) => {
  await rig.element('web', { 'install.d/10-last': '[ -e /not-there ] && echo there\n' });
  await rig.image('box', ['web']);
  expect((await rig.build('box')).failures).toMatchObject([{ code: 'hook-failed', status: 'exit status 1' }]);
});

scenario(
  '15. two elements may share nested files, not hooks; hidden entries of hook folders are left out',
  async (rig) => {
    await rig.element('a-first', {
      'static/etc/conf': 'from a\n',
      'install.d/.hidden': '#!/bin/bash\nexit 1\n',
    });
    await rig.element('web', { 'tests/x': 'x\n', '__pycache__/x': 'x\n', '.data/file': 'hidden folder\n' });
    const tree = await builtTree(rig, {
      'element-deps': 'a-first\n',
      'static/etc/conf': 'from web\n',
      'install.d/10-copy': 'cp /tmp/in_target.d/static/etc/conf /conf\n',
      'extra-data.d/10-look': 'ls -A "$TMP_HOOKS_PATH" "$TMP_HOOKS_PATH/install.d" >"$TMP_MOUNT_PATH/seen"\n',
    });
    expect(await tree.read('conf'), 'the last in byte order').toBe('from web');
    const seen = (await tree.read('seen')).split('\n');
    expect(seen).toContain('.data');
    expect(seen.filter((name) => /^(\.hidden|tests|__pycache__)$/.test(name))).toEqual([]);
    await rig.element('a-first', { 'install.d/10-copy': 'true\n' });
    expect((await rig.build('box')).failures).toMatchObject([
      { code: 'hook-duplicated', hook: 'install.d/10-copy', elements: ['a-first', 'web'] },
    ]);
  },
);

scenario(
  '17. a folder in the place of /tmp/in_target.d is covered for the phase, and does no harm',
  async (rig) => {
    const tree = await builtTree(rig, {
      'root.d/20-left':
        'mkdir -p "$TARGET_ROOT/tmp/in_target.d"\necho left >"$TARGET_ROOT/tmp/in_target.d/over"\n',
      'install.d/10-look': 'ls /tmp/in_target.d >/seen\n',
    });
    expect(await tree.read('seen')).toBe('install.d');
  },
);

scenario('24. files of the top folder that begin with a dot stay, and so do hard links', async (rig) => {
  const tree = await builtTree(rig, {
    'install.d/10-dot': 'echo kept >/.profile\necho linked >/one\nln /one /two\n',
    'finalise.d/10-look': 'stat --format=%h /one >/links\n',
  });
  expect(await tree.read('.profile')).toBe('kept');
  expect(await tree.read('links')).toBe('2');
});

scenario('25. fstab is the framework’s from finalise.d on, and may be edited there', async (rig) => {
  const tree = await builtTree(rig, {
    'install.d/10-fstab': 'echo mine >/etc/fstab\n',
    'finalise.d/10-fstab': 'cp /etc/fstab /seen\necho "tmpfs /scratch tmpfs" >>/etc/fstab\n',
  });
  expect(await tree.read('seen')).toMatch(/^LABEL=\S+ \/ ext4 /);
  expect(await tree.read('seen')).not.toContain('mine');
  expect(await tree.read('etc/fstab')).toContain('tmpfs /scratch');
});

scenario('26. a resolv.conf that cannot be changed stays, and its .ORIG goes', async (rig) => {
  const tree = await builtTree(rig, {
    'root.d/20-resolver': 'echo original >"$TARGET_ROOT/etc/resolv.conf"\n',
    'cleanup.d/10-fix':
      'echo fixed >"$TARGET_ROOT/etc/resolv.conf"\nchattr +i "$TARGET_ROOT/etc/resolv.conf"\n',
  });
  expect(await tree.read('etc/resolv.conf')).toBe('fixed');
  expect(tree.paths).not.toContain('etc/resolv.conf.ORIG');
  expect((await rig.leaks()).workFolders).toEqual([]);
});

scenario('27. cleanup.d still sees /tmp, and what it leaves in logs is gone', async (rig) => {
  const tree = await builtTree(rig, {
    'install.d/10-ramdisk': 'echo ramdisk >/tmp/ramdisk\n',
    'cleanup.d/10-take':
      'cp "$TARGET_ROOT/tmp/ramdisk" "$IMAGE_NAME.initramfs"\necho x >"$TARGET_ROOT/var/log/late"\n',
  });
  expect(await readFile(join(rig.outputDirectory('box'), 'box.initramfs'), 'utf8')).toBe('ramdisk\n');
  expect(tree.paths).not.toContain('tmp/ramdisk');
  expect([tree.paths.includes('var/log/late'), await tree.read('var/log/late')]).toEqual([true, '']);
});

scenario('46. DIB_DEBUG_TRACE is 0 where nobody set it', async (rig) => {
  const look = { 'install.d/10-look': 'echo "${DIB_DEBUG_TRACE:-unset}" >/seen\n' };
  expect(await (await builtTree(rig, look)).read('seen')).toBe('0');
  expect(await (await builtTree(rig, look, { environment: { DIB_DEBUG_TRACE: '2' } })).read('seen')).toBe(
    '2',
  );
});
