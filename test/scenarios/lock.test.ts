import { digestOf } from '@kiln/engine/fingerprint/digest.ts';
import { readLock } from '@kiln/engine/lock/read-lock.ts';
import { startLoopbackServer, type LoopbackServer } from '@kiln/testkit/rig/loopback-server.ts';
import { hooksRun, readFromTar, stepsMade, type Rig } from '@kiln/testkit/rig/open-rig.ts';
import { expect } from 'vitest';
import { kiln } from './kiln-process.ts';
import { done, scenario } from './scenario.ts';

const place = '/dists/stable';

/** What the mirror has on a day of November 2026. */
function serve(mirror: LoopbackServer, day: number): void {
  const packages = `packages of day ${day}`;
  mirror.content.set(`${place}/main/binary-amd64/Packages`, packages);
  mirror.content.set(
    `${place}/InRelease`,
    `Date: ${new Date(Date.UTC(2026, 10, day)).toUTCString()}\nSHA256:\n ${digestOf(packages)} 9 main/binary-amd64/Packages\n`,
  );
}

/** An element that takes packages from a mirror: it leaves the indexes where apt would, and installs "packages" of the same day. */
async function prepare(rig: Rig, mirror: LoopbackServer): Promise<void> {
  serve(mirror, 2);
  await rig.element('from-mirror', {
    'lock.d/10-index':
      '#!/bin/bash\necho "{\\"kind\\": \\"apt\\", \\"name\\": \\"stable\\", \\"url\\": \\"$TEST_MIRROR/dists/stable/InRelease\\",' +
      ' \\"indexes\\": [\\"main/binary-amd64/Packages\\"]}"\n',
    'root.d/50-packages':
      'cd "$TARGET_ROOT"\nmkdir -p var/lib/apt/lists\n' +
      'cp "$KILN_SOURCES/apt/stable/InRelease" var/lib/apt/lists/mirror_dists_stable_InRelease\n' +
      'cp "$KILN_SOURCES/apt/stable/main/binary-amd64/Packages" installed\necho "$SOURCE_DATE_EPOCH" >epoch\n',
  });
  await rig.image('box', ['from-mirror']);
}

function withMirror(name: string, body: (rig: Rig, mirror: LoopbackServer) => Promise<void>): void {
  scenario(name, async (rig) => {
    const mirror = await startLoopbackServer();
    try {
      await prepare(rig, mirror);
      await body(rig, mirror);
    } finally {
      await mirror.close();
    }
  });
}

const environment = (mirror: LoopbackServer) => ({ environment: { TEST_MIRROR: mirror.url } });

withMirror('the first build locks the index, whose date is that of the newest file', async (rig, mirror) => {
  const build = done(await rig.build('box', environment(mirror)));
  const archive = build.artifacts[0]?.file ?? '';
  expect(await readFromTar(archive, 'installed')).toBe('packages of day 2');
  expect(await readFromTar(archive, 'epoch')).toBe(String(Date.UTC(2026, 10, 2) / 1000));
  const lock = await readLock(`${rig.root}/images/box/image.lock.json`);
  expect(lock?.entries).toMatchObject([{ kind: 'apt', name: 'stable', date: '2026-11-02T00:00:00.000Z' }]);
  expect(JSON.stringify(lock), 'which mirror it was is not in the lock').not.toContain('127.0.0.1');
  const asked = mirror.requests.length;
  expect(stepsMade(done(await rig.build('box', environment(mirror))))).toEqual({});
  expect(mirror.requests, 'an unchanged image asks nobody').toHaveLength(asked);
});

withMirror('a mirror that moved changes nothing until the lock is refreshed', async (rig, mirror) => {
  done(await rig.build('box', environment(mirror)));
  serve(mirror, 5);
  await rig.element('from-mirror', { 'root.d/60-more': 'echo more >"$TARGET_ROOT/more"\n' });
  const rebuilt = done(await rig.build('box', environment(mirror)));
  expect(hooksRun(rebuilt)).toContain('root.d/50-packages');
  expect(await readFromTar(rebuilt.artifacts[0]?.file ?? '', 'installed')).toBe('packages of day 2');

  await rig.remove('images/box/image.lock.json');
  const refreshed = done(await rig.build('box', environment(mirror)));
  expect(await readFromTar(refreshed.artifacts[0]?.file ?? '', 'installed')).toBe('packages of day 5');
});

withMirror('an old lock without the old files is a failure, not a mixture', async (rig, mirror) => {
  done(await rig.build('box', environment(mirror)));
  serve(mirror, 5);
  await rig.remove('store');
  await rig.remove('dist');
  const { failures } = await rig.build('box', environment(mirror));
  expect(failures).toEqual([
    { code: 'lock-moved', name: "the package index 'stable'", url: `${mirror.url}${place}/InRelease` },
  ]);
});

withMirror('a hook that fetches a newer index fails, and nothing of it is kept', async (rig, mirror) => {
  done(await rig.build('box', { ...environment(mirror), until: 'root' }));
  await rig.element('from-mirror', {
    'install.d/10-update': 'echo newer >/var/lib/apt/lists/mirror_dists_stable_InRelease\n',
    'install.d/20-install': 'echo newer >/new-package\n',
  });
  const options = { ...environment(mirror), until: 'install', checkpoints: 'after-every-hook' } as const;
  const { failures } = await rig.build('box', options);
  expect(failures).toEqual([{ code: 'lock-moved', name: "the package index 'stable'" }]);
  const again = await rig.build('box', options);
  expect(hooksRun(again), 'no checkpoint was taken after the update').toContain('install.d/10-update');
});

withMirror(
  'another address of the same index is another image: it keeps the address',
  async (rig, mirror) => {
    done(await rig.build('box', { ...environment(mirror), until: 'root' }));
    const other = await startLoopbackServer();
    try {
      serve(other, 2);
      const moved = done(await rig.build('box', { ...environment(other), until: 'root' }));
      expect(stepsMade(moved)).toEqual({ root: 'run' });
    } finally {
      await other.close();
    }
  },
);

scenario('what lock.d prints is checked, and a script that fails says so', async (rig) => {
  await rig.element('asks', { 'lock.d/10-ask': '#!/bin/bash\necho nonsense\n' });
  await rig.image('box', ['asks']);
  expect((await rig.build('box')).failures).toMatchObject([
    { code: 'lock-script-failed', element: 'asks', script: 'lock.d/10-ask', lastLines: ['nonsense'] },
  ]);
  await rig.element('asks', { 'lock.d/10-ask': '#!/bin/bash\necho no such mirror >&2\nexit 3\n' });
  expect((await rig.build('box')).failures).toMatchObject([
    { code: 'lock-script-failed', reason: 'exit status 3', lastLines: ['no such mirror'] },
  ]);
  const twice = '{"kind": "file", "name": "x", "location": "/dev/null"}';
  const other = '{"kind": "file", "name": "x", "location": "/etc/hostname"}';
  await rig.element('asks', { 'lock.d/10-ask': `#!/bin/bash\necho '${twice}'\necho '${other}'\n` });
  expect((await rig.build('box')).failures).toEqual([{ code: 'lock-name-twice', kind: 'file', name: 'x' }]);
});

scenario(
  'kiln lock says how an image stands, takes what is there now, and --check ends with 1 where that is newer',
  async (rig) => {
    await rig.write('base.txt', 'the base\n');
    const request = `{"kind": "file", "name": "base", "location": "${rig.root}/base.txt", "step": "root"}`;
    await rig.element('based', { 'lock.d/10-base': `#!/bin/bash\necho '${request}'\n` });
    await rig.image('box', ['based']);
    const says = async (exitCode: number, start: string, ...options: readonly string[]): Promise<void> => {
      const run = await kiln(rig, ['lock', 'box', ...options]);
      expect({ exitCode: run.exitCode, told: run.stdout.split('\n')[0] }).toEqual({ exitCode, told: start });
    };
    await says(1, 'box: not locked yet', '--check');
    await says(0, 'box: locked');
    await says(0, 'box: up to date with its source', '--check');
    await rig.write('base.txt', 'another\n');
    await says(1, 'box: behind its sources', '--check');
    await says(0, 'box: refreshed');
  },
);

scenario('a file that a root hook starts from is locked for that step', async (rig) => {
  await rig.write('base.txt', 'the base\n');
  await rig.element('based', {
    'lock.d/10-base': `#!/bin/bash\necho '{"kind": "file", "name": "base", "location": "${rig.root}/base.txt", "step": "root"}'\n`,
    'root.d/50-base': 'cp "$KILN_SOURCES/file/base" "$TARGET_ROOT/base"\n',
  });
  await rig.image('box', ['based']);
  const first = done(await rig.build('box'));
  expect(await readFromTar(first.artifacts[0]?.file ?? '', 'base')).toBe('the base');
  await rig.write('base.txt', 'another\n');
  expect(stepsMade(done(await rig.build('box')))).toEqual({});
});

withMirror(
  'offline, hooks reach no network, and the keys are those of a build with one',
  async (rig, mirror) => {
    const port = new URL(mirror.url).port;
    await rig.element('net', {
      'root.d/50-net':
        `if (exec 3<>/dev/tcp/127.0.0.1/${port}) 2>/dev/null; then echo reached; else echo alone; fi >"$TARGET_ROOT/net"\n` +
        'echo "${DIB_OFFLINE:-no}" >>"$TARGET_ROOT/net"\n',
    });
    await rig.image('box', ['net']);
    const build = done(await rig.build('box', { network: 'offline' }));
    expect(await readFromTar(build.artifacts[0]?.file ?? '', 'net')).toBe('alone\n1');
    expect(stepsMade(done(await rig.build('box')))).toEqual({});
    await rig.remove('store');
    await rig.remove('dist');
    const online = done(await rig.build('box'));
    expect(await readFromTar(online.artifacts[0]?.file ?? '', 'net')).toBe('reached\nno');
  },
);
