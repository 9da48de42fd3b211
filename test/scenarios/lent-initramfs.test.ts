import { readFromTar, type Rig, type RigOptions } from '@kiln/testkit/rig/open-rig.ts';
import { expect } from 'vitest';
import { done, scenario } from './scenario.ts';

/** Stand-ins for the programs of Debian, as far as the ones that are lent look at them; `made` tells what was made, in order. */
const programs = {
  'dpkg-query': 'echo triggers-pending',
  mkinitramfs: `[ ! -e /broken ] || exit 3
echo "$3" >>/made
echo "initramfs of $3" >"$2"`,
  'update-initramfs': `version=\${3:-2}
mkinitramfs -o "/boot/initrd.img-$version.new" "$version" || exit
cp "/boot/initrd.img-$version.new" "/boot/initrd.img-$version"
rm "/boot/initrd.img-$version.new"`,
  // The first of two kernels, the second, then the trigger, which makes that of the newer; and then what apt does after dpkg.
  'apt-get': `usual=$PATH
configuration=$(cat "\${APT_CONFIG:-/dev/null}")
[[ ! $configuration =~ DPkg::Path\\ \\"([^\\"]*)\\" ]] || PATH=\${BASH_REMATCH[1]}
kernel() {
    DPKG_MAINTSCRIPT_NAME=postinst DPKG_MAINTSCRIPT_PACKAGE=linux-image-$1 update-initramfs -c -k "$1" || exit
    [ -e "/boot/initrd.img-$1" ] || exit 4
}
kernel 1
kernel 2
[ -e /without-trigger ] || DPKG_MAINTSCRIPT_NAME=postinst update-initramfs -u || exit
PATH=$usual
[[ ! $configuration =~ Post-Invoke\\ \\{\\ \\"([^\\"]*)\\" ]] || "\${BASH_REMATCH[1]}"`,
};

const installPrograms = Object.entries(programs)
  .map(([name, text]) => `cat >"$TARGET_ROOT/usr/bin/${name}" <<'END'\n#!/bin/bash\n${text}\nEND\n`)
  .join('');

async function writeSystem(rig: Rig, hooks: Readonly<Record<string, string>>): Promise<void> {
  await rig.element('dpkg', {
    'root.d/60-programs': `mkdir -p "$TARGET_ROOT"/{boot,etc/initramfs-tools,etc/kernel/postinst.d}
${installPrograms}
echo '#!/bin/bash' >"$TARGET_ROOT/etc/kernel/postinst.d/initramfs-tools"
chmod 755 "$TARGET_ROOT"/usr/bin/*
printf '%s\\n' update_initramfs=yes backup_initramfs=no >"$TARGET_ROOT/etc/initramfs-tools/update-initramfs.conf"
`,
    ...hooks,
  });
  await rig.image('box', ['dpkg'], 'formats: [tar]\nsize: 2GiB');
}

async function filesOf(rig: Rig, options: RigOptions = {}) {
  const file = done(await rig.build('box', options)).artifacts[0]?.file ?? '';
  const read = async (path: string) => (await readFromTar(file, path))?.trim().split('\n');
  return { made: await read('made'), first: await read('boot/initrd.img-1'), again: await read('again') };
}

scenario('the initramfs of a kernel is made once, by the trigger or after it', async (rig) => {
  await writeSystem(rig, {
    'install.d/10-kernels': ': "${KILN_CASE:-}"; apt-get\n',
    // A hook gets at once what it asks for.
    'install.d/20-again':
      'cp /made /before; echo >/made; update-initramfs -c -k 1; cp /made /again; cp /before /made\n',
  });
  const once = await filesOf(rig);
  expect(once).toEqual({ made: ['2', '1'], first: ['initramfs of 1'], again: ['1'] });
  const real = await filesOf(rig, { environment: { KILN_INITRAMFS: 'real' } });
  expect(real).toEqual({ ...once, made: ['1', '2', '2'] });
});

const twice = ['1', '2', '2'];
for (const [what, prepare, made] of [
  ['something else looks at it', 'echo >/etc/kernel/postinst.d/zz-copies-it', twice],
  [
    'something is told of it',
    'mkdir -p /etc/initramfs/post-update.d; echo >/etc/initramfs/post-update.d/x',
    twice,
  ],
  ['the first one is kept', 'echo backup_initramfs=yes >>/etc/initramfs-tools/update-initramfs.conf', twice],
  ['no trigger waits', "echo 'echo installed' >/usr/bin/dpkg-query", twice],
  ['the trigger never comes', 'echo >/without-trigger', ['1', '2']],
] as const)
  scenario(`the initramfs where ${what}`, async (rig) => {
    await writeSystem(rig, { 'install.d/10-kernels': `${prepare}\napt-get\n` });
    expect((await filesOf(rig)).made).toEqual(made);
  });

for (const [what, prepare] of [
  ['by the trigger', ''],
  ['after it', 'echo >/without-trigger'],
])
  scenario(`an initramfs that cannot be made ${what} ends the build`, async (rig) => {
    await writeSystem(rig, { 'install.d/10-kernels': `${prepare}\necho >/broken\napt-get\n` });
    const { failures } = await rig.build('box');
    expect(failures).toMatchObject([{ code: 'hook-failed', hook: '10-kernels', status: 'exit status 3' }]);
  });

scenario('nothing is lent to an element that says itself what it needs', async (rig) => {
  await writeSystem(rig, {
    'element.yaml': 'description: one of its own\n',
    'install.d/10-kernels': 'echo "${APT_CONFIG:-none}" >/again; apt-get\n',
  });
  expect(await filesOf(rig)).toEqual({ made: twice, first: ['initramfs of 1'], again: ['none'] });
});
