import { chmod, chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runCommand } from '@kiln/engine/util/run-command.ts';
import { hooksRun, openRig, type Rig, type RigOptions } from '@kiln/testkit/rig/open-rig.ts';
import type { RigBuild } from '@kiln/testkit/rig/run-rig-build.ts';
import { expect } from 'vitest';
import { building, type HostNeed, testOn, tools } from '../host-needs.ts';
import { done } from './scenario.ts';

const userId = 64_099;

/** In a mount namespace of the build's own, the user exists and may use sudo, or may not; the host is not changed. */
const becomeUser = `set -eu
for name in passwd group shadow sudoers; do mount --bind "$1/$name" "/etc/$name"; done
id=$2
shift 2
exec setpriv --reuid "$id" --regid "$id" --clear-groups --reset-env "$@"`;

async function openUserRig(sudoers: string) {
  const rig = await openRig();
  const home = join(rig.root, 'home');
  const etc = join(rig.root, 'etc');
  for (const folder of [home, etc]) await mkdir(folder);
  await chown(home, userId, userId);
  const entries: Readonly<Record<string, string>> = {
    passwd: `kiln-test:x:${userId}:${userId}::${home}:/bin/sh\n`,
    group: `kiln-test:x:${userId}:\n`,
    shadow: 'kiln-test:*:19000:0:99999:7:::\n',
  };
  for (const [name, entry] of Object.entries(entries)) {
    await writeFile(join(etc, name), (await readFile(`/etc/${name}`, 'utf8')) + entry);
    await chmod(join(etc, name), name === 'shadow' ? 0o600 : 0o644);
  }
  await writeFile(join(etc, 'sudoers'), `Defaults !fqdn\nroot ALL=(ALL:ALL) ALL\n${sudoers}`);
  await chmod(join(etc, 'sudoers'), 0o440);
  const places = { store: join(home, 'store'), outputDirectory: join(home, 'dist') };
  const mounting = ['unshare', '--mount', '--propagation=private', 'sh', '-c', becomeUser, 'user'];
  const wrapper = [...mounting, etc, String(userId)];
  const build = (options: RigOptions = {}): Promise<RigBuild> =>
    rig.start('box', { ...places, ...options, wrapper }).finished;
  return { rig, home, build };
}

/** The sources must be readable to the user, which they are not below /root. */
const openCheckout: HostNeed = {
  lack: () => {
    for (let folder = import.meta.dirname; folder !== '/'; folder = dirname(folder)) {
      if ((statSync(folder).mode & 0o005) !== 0o005) return `that others may read ${folder}`;
    }
    return undefined;
  },
};

function userScenario(
  name: string,
  sudoers: string,
  body: (user: {
    readonly rig: Rig;
    readonly home: string;
    readonly build: (o?: RigOptions) => Promise<RigBuild>;
  }) => Promise<void>,
): void {
  testOn([...building, openCheckout, tools('sudo', 'setpriv')], name, async () => {
    const user = await openUserRig(sudoers);
    try {
      await user.rig.element('web', {
        'element.yaml': 'caches: [{ path: /var/cache/packages, name: packages }]\n',
        'root.d/50-cache': 'mkdir -p "$DIB_IMAGE_CACHE/sub"\necho base >"$DIB_IMAGE_CACHE/sub/base"\n',
        'install.d/10-web': 'echo web >/web\nchmod 0600 /web\necho 1 >/var/cache/packages/one.pkg\n',
      });
      await user.rig.image('box', ['web'], 'formats: [qcow2, tar]');
      await body(user);
      await user.rig.cleared();
    } finally {
      await user.rig.close();
    }
  });
}

userScenario(
  'an ordinary user with sudo builds, and owns what comes of it and the store',
  'kiln-test ALL=(ALL:ALL) NOPASSWD: ALL\n',
  async ({ rig, home, build }) => {
    const first = done(await build());
    const foreign = await runCommand({ file: 'find', args: [home, '!', '-user', String(userId)] });
    expect(foreign.stdout, 'files that do not belong to the user').toBe('');
    expect(hooksRun(done(await build()))).toEqual([]);
    await rig.element('web', { 'install.d/10-web': 'echo changed >/web\n' });
    expect(hooksRun(done(await build()))).toEqual(['install.d/10-web']);

    const asRoot = await rig.build('box', { store: join(rig.root, 'root-store') });
    expect(done(asRoot).artifacts.map((it) => it.digest)).not.toEqual(first.artifacts.map((it) => it.digest));
    expect(
      asRoot.artifacts.map((it) => it.digest),
      'the same bytes as root makes',
    ).toEqual(done(await build()).artifacts.map((it) => it.digest));
  },
);

userScenario(
  'an ordinary user who may not use sudo is told before anything starts',
  '',
  async ({ build }) => {
    const refused = await build();
    expect(refused).toMatchObject({ ended: 'failed', failures: [{ code: 'privilege-missing' }], events: [] });
  },
);
