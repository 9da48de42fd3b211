import { chmod, chown, mkdir, readFile, writeFile } from 'node:fs/promises';
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runCommand } from '@kiln/engine/util/run-command.ts';
import { type HookGate, openHookGate } from '@kiln/testkit/rig/hook-gate.ts';
import { hooksRun, openRig, type RigOptions } from '@kiln/testkit/rig/open-rig.ts';
import type { RigProcess } from '@kiln/testkit/rig/rig-process.ts';
import type { RigBuild } from '@kiln/testkit/rig/run-rig-build.ts';
import { expect } from 'vitest';
import { building, type HostNeed, testOn, tools } from '../host-needs.ts';
import { done } from './scenario.ts';

const userId = 64_099;

const checkout = join(import.meta.dirname, '../..');

/** The topmost folder around the checkout that others may not enter, such as somebody's home; '' where there is none. */
const closedFolder = ancestorsOf(checkout).find((folder) => (statSync(folder).mode & 0o001) === 0) ?? '';

function ancestorsOf(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === path ? [] : [...ancestorsOf(parent), parent];
}

/**
 * In a mount namespace of the build's own, the user exists and may use sudo, or may not, and can reach the checkout. The
 * host is not changed.
 */
const becomeUser = `set -eu
etc=$1 id=$2 checkout=$3 closed=$4
shift 4
if [ -n "$closed" ]; then
  mkdir -p "$etc/checkout"
  mount --bind "$checkout" "$etc/checkout"
  mount -t tmpfs -o mode=0755 tmpfs "$closed"
  mkdir -p "$checkout"
  mount --bind "$etc/checkout" "$checkout"
fi
for name in passwd group shadow sudoers; do mount --bind "$etc/$name" "/etc/$name"; done
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
  const wrapper = [...mounting, etc, String(userId), checkout, closedFolder];
  const start = (options: RigOptions = {}): RigProcess =>
    rig.start('box', { ...places, ...options, wrapper });
  const build = (options: RigOptions = {}): Promise<RigBuild> => start(options).finished;
  const gate = async (name: string): Promise<HookGate> => {
    const opened = await openHookGate(places.store, name);
    await runCommand({ file: 'chown', args: ['--recursive', `${userId}:${userId}`, home] });
    return opened;
  };
  return { rig, home, start, build, gate };
}

type UserRig = Awaited<ReturnType<typeof openUserRig>>;

/** The sources must be readable to others. */
const openCheckout: HostNeed = {
  lack: () =>
    (statSync(import.meta.filename).mode & 0o004) === 0 ? `that others may read ${checkout}` : undefined,
};

function userScenario(name: string, sudoers: string, body: (user: UserRig) => Promise<void>): void {
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

userScenario(
  'killed, the build of an ordinary user leaves nothing of what it did as root',
  'kiln-test ALL=(ALL:ALL) NOPASSWD: ALL\n',
  async ({ rig, start, build, gate }) => {
    const middle = await gate('middle');
    await rig.element('web', { 'install.d/20-wait': middle.lines('chroot') });
    const killed = start({ until: 'last' });
    await middle.reached();
    await killed.kill('SIGKILL');
    await rig.cleared();
    await middle.leaveOpen();
    expect(hooksRun(done(await build({ until: 'last' })))).toEqual(['install.d/10-web', 'install.d/20-wait']);
    middle.close();
  },
);
