import { hooksRun, readFromTar, type Rig, type RigOptions } from '@kiln/testkit/rig/open-rig.ts';
import { expect } from 'vitest';
import { done, scenario } from './scenario.ts';

/** Builds one element with `tiny-os`; \`read\` gives a file of the finished tree. */
async function builtTree(rig: Rig, files: Readonly<Record<string, string>>, options: RigOptions = {}) {
  await rig.element('web', files);
  await rig.image('box', ['web'], 'formats: [tar]\nsize: 2GiB');
  const build = done(await rig.build('box', options));
  const archive = build.artifacts[0]?.file ?? '';
  return { build, read: async (path: string) => (await readFromTar(archive, path)) ?? '' };
}

const phases = ['pre-install', 'install', 'post-install', 'finalise'] as const;
const hostPhases = ['root', 'extra-data', 'post-root', 'block-device', 'pre-finalise', 'cleanup'] as const;

/** Hooks of every phase that each write a line into a file of the tree. */
function inEveryPhase(line: string): Readonly<Record<string, string>> {
  const inside = phases.map((phase) => [`${phase}.d/50-look`, `{ ${line} } >>/seen-${phase} 2>&1\n`]);
  const outside = hostPhases.map((phase) => [
    `${phase}.d/50-look`,
    `{ ${line} } >>"$TMP_MOUNT_PATH/seen-${phase}" 2>&1\n`,
  ]);
  return Object.fromEntries([...inside, ...outside]) as Record<string, string>;
}

scenario('3. variables do not flow from hook to hook, or from phase to phase; files do', async (rig) => {
  const tree = await builtTree(rig, {
    'install.d/10-a': 'export WEB_A=1\necho 1 >/tmp/a\n',
    'install.d/20-b': 'echo "${WEB_A:-none} $(cat /tmp/a)" >>/seen\n',
    'post-install.d/10-c': 'echo "${WEB_A:-none} $(cat /tmp/a)" >>/seen\n',
  });
  expect(await tree.read('seen')).toBe('none 1\nnone 1');
});

scenario(
  '4. in the chroot PATH begins with a literal $PATH, HOME is /root, and functions, PS4, TMPDIR, VIRTUAL_ENV are gone',
  async (rig) => {
    const look =
      'echo "$PATH|$HOME|${TMPDIR:-none}|${VIRTUAL_ENV:-none}|$LC_ALL|$(type -t die get_image_element_array | head -n 1)";';
    const environment = { TMPDIR: '/elsewhere', VIRTUAL_ENV: '/venv', DIB_VERBOSE: '1' };
    const tree = await builtTree(rig, inEveryPhase(look), { environment });
    const inside = '$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin|/root|none|none|C|';
    for (const phase of phases) expect(await tree.read(`seen-${phase}`), phase).toBe(inside);
    for (const phase of hostPhases)
      expect(await tree.read(`seen-${phase}`), phase).toMatch(
        /^\/run\/kiln\/programs:\/run\/kiln\/hooks\/kiln-programs:\/usr\/local\/sbin:.*\|\/root\|none\|none\|C\|function$/,
      );
  },
);

scenario('4. get_image_element_array gives an associative array to host hooks', async (rig) => {
  const tree = await builtTree(rig, {
    'post-root.d/10-look':
      'eval declare -A elements=($(get_image_element_array))\nfor name in "${!elements[@]}"; do echo "$name ${elements[$name]}"; done | sort >"$TMP_MOUNT_PATH/seen"\nprintf "%s" "$IMAGE_ELEMENT_YAML" >"$TMP_MOUNT_PATH/yaml"\n',
  });
  expect(await tree.read('seen')).toBe('tiny-os /run/kiln/elements/tiny-os\nweb /run/kiln/elements/web');
  expect(await tree.read('yaml')).toBe('tiny-os: /run/kiln/elements/tiny-os\nweb: /run/kiln/elements/web');
});

scenario(
  '7. DIB_DEFAULT_INSTALLTYPE comes after root.d, TARGET_ROOT is for root.d and cleanup.d',
  async (rig) => {
    const tree = await builtTree(
      rig,
      inEveryPhase('echo "${DIB_DEFAULT_INSTALLTYPE:-none} ${TARGET_ROOT:-none}";'),
    );
    for (const phase of [...phases, ...hostPhases]) {
      const type = phase === 'root' ? 'none' : 'source';
      const root = phase === 'root' || phase === 'cleanup' ? '/run/kiln/mnt' : 'none';
      expect(await tree.read(`seen-${phase}`), phase).toBe(`${type} ${root}`);
    }
  },
);

scenario('8. DIB_IMAGE_SIZE is in GiB up to post-root.d, and in KiB from block-device.d on', async (rig) => {
  const tree = await builtTree(rig, inEveryPhase('echo "$DIB_IMAGE_SIZE";'), {
    environment: { DIB_IMAGE_SIZE: '2' },
  });
  const late = new Set<string>(['block-device', 'pre-finalise', 'finalise', 'cleanup']);
  for (const phase of [...phases, ...hostPhases])
    expect(await tree.read(`seen-${phase}`), phase).toBe(late.has(phase) ? '2097152' : '2');
});

scenario('8. without a size it is what the tree would need, rounded to 64 KiB', async (rig) => {
  await rig.element('web', { 'finalise.d/10-look': 'echo "$DIB_IMAGE_SIZE" >/seen\n' });
  await rig.image('box', ['web']);
  const build = done(await rig.build('box'));
  const size = Number(await readFromTar(build.artifacts[0]?.file ?? '', 'seen'));
  expect(size).toBeGreaterThan(64 * 1024);
  expect(size % 64).toBe(0);
});

scenario('9. hooks see IMAGE_NAME without a suffix, and IMAGE_TYPE stays qcow2', async (rig) => {
  const tree = await builtTree(rig, {
    'install.d/10-look': 'echo "$IMAGE_NAME $IMAGE_TYPE $FS_TYPE" >/seen\n',
  });
  expect(await tree.read('seen')).toBe('box qcow2 ext4');
});

scenario('13. die ends a hook with 1, inside an if as well, and sudo runs what follows it', async (rig) => {
  const tree = await builtTree(rig, {
    'post-root.d/10-die': 'set +e\n( if true; then die "because"; fi )\necho "$?" >"$TMP_MOUNT_PATH/died"\n',
    'post-root.d/20-sudo':
      'sudo -E -n sh -c "id -u" >"$TMP_MOUNT_PATH/none"\nWEB_A=1 sudo -E sh -c \'echo $WEB_A\' >"$TMP_MOUNT_PATH/kept"\nsudo -u root WEB_A=2 sh -c \'echo $WEB_A\' | sudo tee "$TMP_MOUNT_PATH/set" >/dev/null\n',
  });
  expect(await tree.read('died')).toBe('1');
  expect([await tree.read('none'), await tree.read('kept'), await tree.read('set')]).toEqual(['0', '1', '2']);
});

scenario('what the caller asked for is there for manifests, without secrets', async (rig) => {
  const tree = await builtTree(
    rig,
    { 'cleanup.d/10-write': 'echo "$DIB_ENV" >"$TARGET_ROOT/env"\necho "$DIB_ARGS" >"$TARGET_ROOT/args"\n' },
    {
      environment: {
        DIB_RELEASE: 'a "b" $c',
        DIB_PASSWORD: 'hidden-thing',
        DIB_MIRROR: 'http://me:hidden-thing@mirror.example.org/',
        DIB_OFFLINE: '1',
        OTHER: 'x',
      },
      arguments: ['-o', 'box', 'hidden-thing', 'web'],
    },
  );
  expect(await tree.read('env')).toBe(
    'declare -x DIB_MIRROR="http://***@mirror.example.org/"\ndeclare -x DIB_PASSWORD="***"\ndeclare -x DIB_RELEASE="a \\"b\\" \\$c"',
  );
  expect(await tree.read('args')).toBe('-o box *** web');
});

scenario('proxies reach hooks whether they name them or not, and count in no key', async (rig) => {
  const files = { 'install.d/10-look': 'env >/seen\n' };
  const tree = await builtTree(rig, files, {
    environment: { http_proxy: 'http://192.0.2.1:3128', no_proxy: 'localhost' },
  });
  expect(await tree.read('seen')).toContain('http_proxy=http://192.0.2.1:3128\n');
  const again = done(await rig.build('box', { environment: { http_proxy: 'http://192.0.2.2:3128' } }));
  expect(hooksRun(again)).toEqual([]);
});

scenario('functions that lie beside the elements are found in $_LIB, and count', async (rig) => {
  await rig.write('lib/common-functions', 'where() { echo "first"; }\n');
  const files = { 'post-root.d/10-look': 'source "$_LIB/common-functions"\nwhere >"$TMP_MOUNT_PATH/seen"\n' };
  expect(await (await builtTree(rig, files)).read('seen')).toBe('first');
  await rig.write('lib/common-functions', 'where() { echo "second"; }\n');
  const again = await builtTree(rig, files);
  expect(await again.read('seen')).toBe('second');
  expect(hooksRun(again.build)).toEqual(['post-root.d/10-look']);
});

scenario('the umask of whoever builds is not seen in the image', async (rig) => {
  await rig.element('web', {
    'static/etc/settings': 'setting\n',
    'extra-data.d/10-copy':
      'eval declare -A elements=($(get_image_element_array))\ncp -r "${elements[web]}/static" "$TMP_HOOKS_PATH/copied"\n',
    'install.d/10-write': 'mkdir /opt; umask >/opt/umask; cp -r /tmp/in_target.d/copied /opt\n',
    'cleanup.d/10-write': 'umask >"$TMP_MOUNT_PATH/opt/cleanup"\n',
  });
  await rig.image('box', ['web']);
  const build = async (umask: string) => {
    const wrapper = ['sh', '-c', `umask ${umask}; exec "$@"`, 'sh'];
    return done(await rig.start('box', { wrapper, store: `${rig.store}-${umask}` }).finished);
  };
  const [one, other] = [await build('077'), await build('022')];
  expect(await readFromTar(one.artifacts[0]?.file ?? '', 'opt/umask')).toBe('0022');
  expect(one.steps.map((it) => it.record.layers)).toEqual(other.steps.map((it) => it.record.layers));
  expect(one.artifacts[0]?.digest).toBe(other.artifacts[0]?.digest);
});
