import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hooksRun, listTar, readFromTar, type Rig, type RigOptions } from '@kiln/testkit/rig/open-rig.ts';
import { expect } from 'vitest';
import { done, scenario } from './scenario.ts';

/** Builds one element with `tiny-os`, and looks into the finished tree. */
async function builtTree(rig: Rig, files: Readonly<Record<string, string>>, options: RigOptions = {}) {
  await rig.element('web', files);
  await rig.image('box', ['web']);
  const build = done(await rig.build('box', options));
  const archive = build.artifacts[0]?.file ?? '';
  return { build, read: (path: string) => readFromTar(archive, path), paths: await listTar(archive) };
}

/** A line for a hook that notes something in the tree. */
const note = (where: 'host' | 'chroot', name: string, command: string): string =>
  `{ ${command}; } >>${where === 'host' ? '"$TMP_MOUNT_PATH"' : ''}/${name} 2>&1\n`;

scenario(
  '11, 17. a hook sees the hooks directory as its phase has it, read-only, and finds its own place in it',
  async (rig) => {
    const tree = await builtTree(rig, {
      'environment.d/10-used': 'export WEB_PORT=80\n',
      'static/etc/web.conf': 'port 80\n',
      'unmentioned/data': 'not for hooks\n',
      'pre-install.d/10-copy': 'cp -r /tmp/in_target.d/static/etc/web.conf /etc/\n',
      'install.d/10-look': [
        note('chroot', 'inside', 'ls /tmp/in_target.d'),
        note('chroot', 'beside', 'ls "$(dirname() { echo "${1%/*}"; }; dirname "$0")"'),
        note('chroot', 'writing', 'touch /tmp/in_target.d/x && echo wrote || echo refused'),
        note('chroot', 'port', 'echo "$WEB_PORT"'),
      ].join(''),
      'install.d/data.txt': 'data beside hooks\n',
      'post-root.d/10-look': [
        note('host', 'outside', 'ls "$TMP_HOOKS_PATH"'),
        note('host', 'paths', 'echo "$0 $TMP_MOUNT_PATH $TMP_BUILD_DIR $ELEMENTS_PATH"'),
        note('host', 'elements', 'cd "$ELEMENTS_PATH" && ls'),
        note('host', 'inside-now', 'ls "$TMP_MOUNT_PATH/tmp"'),
      ].join(''),
    });
    expect(await tree.read('etc/web.conf')).toBe('port 80');
    expect(await tree.read('inside')).toBe('environment.d\ninstall.d');
    expect(await tree.read('beside')).toBe('10-look\ndata.txt');
    expect(await tree.read('writing')).toMatch(/Read-only file system\nrefused$/);
    expect(await tree.read('port')).toBe('80');
    expect(await tree.read('outside')).toBe('environment.d\npost-root.d');
    expect(await tree.read('paths')).toBe(
      '/run/kiln/hooks/post-root.d/10-look /run/kiln/mnt /run/kiln /run/kiln/elements',
    );
    expect(await tree.read('elements')).toBe('tiny-os\nweb');
    expect(await tree.read('inside-now'), 'in_target.d is gone outside of chroot phases').toBe('');
  },
);

scenario(
  '1. environment.d is sourced once a phase, in byte order, where the hooks run; nothing flows on',
  async (rig) => {
    const tree = await builtTree(rig, {
      'environment.d/9-c': 'export TRAIL="${TRAIL}c"\n',
      'environment.d/10-b.bash': 'export TRAIL="${TRAIL}b"\n',
      'environment.d/05-a':
        'export TRAIL="${TRAIL:-}a"\nexport IN_CHROOT=$([ -d /run/kiln/mnt ] && echo no || echo yes)\n',
      'pre-install.d/10-note': `${note('chroot', 'trail', 'echo "$TRAIL $IN_CHROOT"')}export TRAIL=changed\n`,
      'pre-install.d/20-note': note('chroot', 'trail', 'echo "$TRAIL $IN_CHROOT"'),
      'install.d/10-note': note('chroot', 'trail', 'echo "$TRAIL $IN_CHROOT"'),
      'post-root.d/10-note': note('host', 'trail', 'echo "$TRAIL $IN_CHROOT"'),
    });
    expect(await tree.read('trail')).toBe('abc yes\nabc yes\nabc yes\nabc no');
  },
);

scenario('a variable reaches hooks that mention it, and counts in their key; no other does', async (rig) => {
  const look = note('chroot', 'seen', 'env; echo "mode ${WEB_MODE:-none}"');
  const files = { 'install.d/10-look': look, 'post-install.d/10-other': 'echo other >/other\n' };
  const user = {
    WEB_MODE: 'fast',
    SECRET_TOKEN: 'hidden',
    HOME: '/home/someone',
    PATH: '/elsewhere',
    CI: 'true',
  };
  const tree = await builtTree(rig, files, { environment: user });
  const seen = (await tree.read('seen')) ?? '';
  expect(seen).toContain('mode fast');
  expect(seen).not.toMatch(/hidden|elsewhere|someone|^CI=/m);
  expect(seen).toMatch(/^HOME=\/root$/m);
  expect(seen).toMatch(/^LC_ALL=C$/m);
  expect(seen).toMatch(/^SOURCE_DATE_EPOCH=\d+$/m);

  const keys = async (environment: Record<string, string>) =>
    Object.fromEntries(
      done(await rig.build('box', { until: 'install', environment })).steps.map((it) => [it.name, it.key]),
    );
  const before = await keys(user);
  expect(await keys({ ...user, SECRET_TOKEN: 'other', HOME: '/', http_proxy: 'http://192.0.2.1' })).toEqual(
    before,
  );
  const changed = await keys({ ...user, WEB_MODE: 'slow' });
  expect(changed['root']).toBe(before['root']);
  expect(changed['install']).not.toBe(before['install']);
});

scenario('16. extra-data hooks add, link and remove hooks of later phases', async (rig) => {
  const files = {
    'extra-data.d/10-choose': [
      'cd "$TMP_HOOKS_PATH"',
      'ln -s web-package-install/40-package install.d/40-package',
      'rm install.d/50-not-wanted',
      'printf "#!/bin/bash\\necho generated >/generated\\n" >install.d/60-generated',
      'chmod 0755 install.d/60-generated',
      'echo data >chosen-data',
      '',
    ].join('\n'),
    'install.d/50-not-wanted': 'echo wrong >/wrong\n',
    'install.d/web-package-install/40-package': 'echo package >/package\n',
    'install.d/web-source-install/40-source': 'echo source >/source\n',
    'install.d/70-last': 'cat /tmp/in_target.d/chosen-data >/data\n',
  };
  const tree = await builtTree(rig, files);
  expect(hooksRun(tree.build)).toEqual([
    'root.d/10-tree',
    'extra-data.d/10-choose',
    'install.d/40-package',
    'install.d/60-generated',
    'install.d/70-last',
  ]);
  expect(await tree.read('data')).toBe('data');
  expect(tree.paths).toEqual(expect.arrayContaining(['package', 'generated']));
  expect(tree.paths.filter((path) => /wrong|source|chosen-data/.test(path))).toEqual([]);
  expect(hooksRun(done(await rig.build('box')))).toEqual([]);

  await rig.element('web', {
    'install.d/web-package-install/40-package': 'echo another package >/package\n',
  });
  const changed = done(await rig.build('box'));
  expect(hooksRun(changed), 'the hook behind a link counts').toContain('install.d/40-package');
  expect(await readFromTar(changed.artifacts[0]?.file ?? '', 'package')).toBe('another package');
});

scenario(
  'what host hooks need of one another they may leave in their working directory and beside the tree',
  async (rig) => {
    const tree = await builtTree(
      rig,
      {
        'post-root.d/10-first': 'echo left >"$TMP_BUILD_DIR/left"\necho out >made\n',
        'post-root.d/20-second': note('host', 'found', 'cat "$TMP_BUILD_DIR/left" made'),
      },
      { checkpoints: 'after-every-hook' },
    );
    expect(await tree.read('found')).toBe('left\nout');
    await rig.element('web', {
      'post-root.d/20-second': `# changed\n${note('host', 'found', 'cat "$TMP_BUILD_DIR/left" made')}`,
    });
    const again = done(await rig.build('box', { checkpoints: 'after-every-hook' }));
    expect(hooksRun(again), 'a checkpoint would not hold these').toEqual([
      'post-root.d/10-first',
      'post-root.d/20-second',
    ]);
  },
);

scenario('26. hooks resolve names as the host does, and the image keeps its own resolv.conf', async (rig) => {
  const tree = await builtTree(rig, {
    'root.d/20-resolver': 'echo "nameserver 192.0.2.1" >"$TARGET_ROOT/etc/resolv.conf"\n',
    'install.d/10-look': note('chroot', 'seen', 'cat /etc/resolv.conf; ls /etc'),
    'finalise.d/10-look': note('chroot', 'seen-later', 'cat /etc/resolv.conf'),
  });
  const host = await readFile('/etc/resolv.conf', 'utf8').catch(() => '');
  expect(await tree.read('seen')).toBe(`${host}hostname\nresolv.conf\nresolv.conf.ORIG`);
  expect(await tree.read('seen-later')).toBe(host.trimEnd());
  expect(await tree.read('etc/resolv.conf')).toBe('nameserver 192.0.2.1');
  expect(tree.paths).not.toContain('etc/resolv.conf.ORIG');
});

scenario(
  '26. a resolv.conf that hooks make a link wins, one that they write is for the build alone',
  async (rig) => {
    await rig.element('link', { 'install.d/10-link': 'ln -sf ../run/resolve/stub.conf /etc/resolv.conf\n' });
    await rig.element('text', { 'install.d/10-text': 'echo "nameserver 192.0.2.9" >/etc/resolv.conf\n' });
    await rig.image('linked', ['link']);
    await rig.image('written', ['text']);
    const [linked, written] = [done(await rig.build('linked')), done(await rig.build('written'))];
    expect(await listTar(linked.artifacts[0]?.file ?? '')).toContain('etc/resolv.conf');
    expect(await readFromTar(linked.artifacts[0]?.file ?? '', 'etc/resolv.conf'), 'a link has no bytes').toBe(
      '',
    );
    expect(await listTar(written.artifacts[0]?.file ?? '')).not.toContain('etc/resolv.conf');
  },
);

scenario('22. mounts that hooks leave behind reach neither the image nor the host', async (rig) => {
  const mountThere = (root: string): string =>
    `mkdir -p ${root}/mnt/left\nmount -t tmpfs tmpfs ${root}/mnt/left\necho secret >${root}/mnt/left/secret\n`;
  const tree = await builtTree(rig, {
    'root.d/50-mount': mountThere('"$TARGET_ROOT"'),
    'install.d/50-mount': mountThere(''),
    'pre-finalise.d/50-mount': mountThere('"$TMP_MOUNT_PATH"'),
    'cleanup.d/50-mount': `${mountThere('"$TMP_MOUNT_PATH"')}mkdir -p "$TMP_MOUNT_PATH/tmp/m"\nmount -t tmpfs tmpfs "$TMP_MOUNT_PATH/tmp/m"\n`,
  });
  expect(tree.paths).toContain('mnt/left');
  expect(tree.paths.filter((path) => path.includes('secret'))).toEqual([]);
  expect(tree.paths.filter((path) => path.startsWith('tmp/'))).toEqual([]);
});

scenario(
  '27, 29. the finished tree has an empty /tmp, empty logs, and no traces of the build',
  async (rig) => {
    const tree = await builtTree(rig, {
      'install.d/10-litter': [
        'echo x >/tmp/litter; echo y >/tmp/.hidden',
        'mkdir -p /var/log/web /root/sub; echo z >/var/log/web/access.log; echo z >/var/log/messages',
        'echo z >/root/install.log; echo kept >/root/notes',
        '',
      ].join('\n'),
    });
    expect(tree.paths.filter((path) => path.startsWith('tmp/'))).toEqual([]);
    expect([await tree.read('var/log/web/access.log'), await tree.read('var/log/messages')]).toEqual([
      '',
      '',
    ]);
    expect(tree.paths).toContain('root/notes');
    expect(tree.paths).not.toContain('root/install.log');
    expect(tree.paths.filter((path) => /^(dev|proc|sys|run)\//.test(path))).toEqual([]);
  },
);

scenario(
  '23. hooks see a /dev without disks, sys read-only, and processes of their own alone',
  async (rig) => {
    const tree = await builtTree(rig, {
      'install.d/10-look': [
        note('chroot', 'devices', 'ls /dev'),
        note(
          'chroot',
          'sys-writable',
          'echo x 2>/dev/null >/sys/kernel/uevent_helper && echo wrote || echo refused',
        ),
        note('chroot', 'processes', 'echo /proc/[0-9]*'),
        note('chroot', 'name', 'cat /proc/sys/kernel/hostname'),
        note('chroot', 'null', 'echo gone >/dev/null; ls /dev/pts/ptmx'),
      ].join(''),
    });
    expect(
      (await tree.read('devices'))?.split('\n').filter((it) => /^(sd|vd|xvd|nvme|loop|dm|mem|kmsg)/.test(it)),
    ).toEqual([]);
    expect(await tree.read('sys-writable')).toBe('refused');
    expect((await tree.read('processes'))?.trim().split(' ').length).toBeLessThan(8);
    expect(await tree.read('name')).toBe('localhost');
    expect(await tree.read('null')).toBe('/dev/pts/ptmx');
  },
);

scenario('a package cache is shared by all images and is in none of them', async (rig) => {
  const declared = 'caches: [{ path: /var/cache/packages, name: packages }]\n';
  const fetch =
    'cd /var/cache/packages\n[ -e one.pkg ] || { echo fetched >one.pkg; echo fetched >>/fetched; }\ntouch lock\n';
  await rig.element('first', { 'element.yaml': declared, 'install.d/10-fetch': fetch });
  await rig.element('second', { 'element.yaml': declared, 'install.d/10-fetch': `# the same\n${fetch}` });
  await rig.image('one', ['first']);
  await rig.image('other', ['second']);
  const [one, other] = [done(await rig.build('one')), done(await rig.build('other'))];
  expect(await readFromTar(one.artifacts[0]?.file ?? '', 'fetched')).toBe('fetched');
  expect(await readFromTar(other.artifacts[0]?.file ?? '', 'fetched')).toBeUndefined();
  expect(await listTar(one.artifacts[0]?.file ?? '')).not.toContain('var/cache/packages/one.pkg');
  expect(await readdir(join(rig.store, 'v1/caches/packages'))).toEqual(['one.pkg']);
});

scenario(
  'a daemon that a hook leaves behind neither holds up the build nor writes into the image',
  async (rig) => {
    const daemon =
      "trap '' HUP TERM\n( while :; do echo alive >/alive; read -r -t 0.1 <>/dev/tty || :; done ) &\n";
    const tree = await builtTree(rig, {
      'install.d/10-daemon': daemon,
      'post-install.d/10-look': 'rm -f /alive\n',
    });
    expect(tree.paths).not.toContain('alive');
  },
);

scenario('14. what a hook prints is reported line by line and kept in a log of its own', async (rig) => {
  await rig.element('web', {
    'install.d/10-talk': 'echo to stdout; echo to stderr >&2; printf "no newline"\n',
  });
  await rig.image('box', ['web']);
  const build = done(await rig.build('box', { until: 'install' }));
  const lines = build.events.flatMap((event) => (event.type === 'hook-output' ? [event.line] : []));
  expect(lines, 'in the order in which they were printed').toEqual(['to stdout', 'to stderr', 'no newline']);
  const log = join(rig.outputDirectory('box'), 'logs/install/install.d-10-talk.log');
  await access(log);
  expect(await readFile(log, 'utf8')).toBe(`${lines.join('\n')}\n`);
});
