import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCommand } from '../../src/util/run-command.ts';
import { temporaryFolder } from './element-fixture.ts';

const program = join(import.meta.dirname, '../../known-elements/debootstrap/kiln-programs/debootstrap');

const packages = 'Package: b\nPriority: required\n\nPackage: a\nPriority: optional\n\nPackage: c\n\n';

/** Stand-ins for the programs of the host; each tells how it was called. */
const standIns = {
  debootstrap: 'echo "debootstrap: $*"',
  dpkg: 'echo amd64',
  // It makes as much of a tree as the program looks at afterwards.
  mmdebstrap: `printf '%s\\n' "$@" >"$CALLED"
    for target; do [ -d "$target" ] && break; done
    mkdir -p "$target/var/lib/dpkg" "$target/var/lib/apt/lists" "$target/var/cache/apt" "$target/var/log"
    touch "$target/var/lib/apt/extended_states" "$target/var/lib/dpkg/arch" "$target/var/cache/apt/pkgcache.bin"
    printf 'Package: a\\nStatus: x\\n\\nPackage: b\\nStatus: x\\n' >"$target/var/lib/dpkg/status"
    printf '%s' "$INDEX" >"$target/var/lib/apt/lists/mirror_Packages"`,
};

async function bootstrap(
  words: readonly string[],
  {
    without = [],
    environment = {},
  }: { readonly without?: readonly string[]; readonly environment?: object } = {},
) {
  const folder = temporaryFolder();
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const [name, text] of Object.entries(standIns)) {
    if (without.includes(name)) continue;
    writeFileSync(join(bin, name), `#!/bin/bash\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  for (const name of ['awk', 'bash', 'chmod', 'env', 'grep', 'head', 'ln', 'mkdir', 'rm', 'touch', 'cat'])
    symlinkSync(existsSync(`/usr/bin/${name}`) ? `/usr/bin/${name}` : `/bin/${name}`, join(bin, name));
  const keyring = join(folder, 'keyring.gpg');
  writeFileSync(keyring, '');
  const target = join(folder, 'target');
  mkdirSync(target);
  const called = join(folder, 'called');
  const { stdout, stderr, exitCode } = await runCommand({
    file: program,
    args: words.map((word) => word.replace('TARGET', target).replace('KEYRING', keyring)),
    env: { PATH: bin, CALLED: called, INDEX: packages, ...environment },
  });
  const made = existsSync(called) ? readFileSync(called, 'utf8').trim().split('\n') : undefined;
  return { made, target, stdout, stderr, exitCode };
}

/** As the element of diskimage-builder calls it. */
const usual = [
  '--verbose',
  '--variant=minbase',
  '--components=main,contrib',
  '--arch=amd64',
  '--keyring=KEYRING',
  'bookworm',
  'TARGET',
  'http://192.0.2.1/debian',
];

describe("what stands in debootstrap's place for diskimage-builder's element", () => {
  test('mmdebstrap makes the tree, and what debootstrap leaves beside packages is there', async () => {
    const { made, target, exitCode } = await bootstrap(usual);
    expect(exitCode).toBe(0);
    expect(made).toContain('--variant=minbase');
    expect(made?.slice(-3)).toEqual([
      'bookworm',
      target,
      'deb http://192.0.2.1/debian bookworm main contrib',
    ]);
    expect(readlinkSync(join(target, 'bin'))).toBe('usr/bin');
    const read = (path: string) => readFileSync(join(target, path), 'utf8');
    expect(read('var/lib/dpkg/available')).toBe(
      'Package: b\nPriority: required\n\nPackage: a\nPriority: optional\n\n',
    );
    expect(read('var/lib/dpkg/cmethopt')).toBe('apt apt\n');
    for (const path of [
      'var/lib/apt/extended_states',
      'var/lib/dpkg/arch',
      'var/cache/apt/pkgcache.bin',
      'etc/apt/preferences.d/kiln-bootstrap',
    ])
      expect({ path, isThere: existsSync(join(target, path)) }).toEqual({ path, isThere: false });
  });

  test.each<[string, readonly string[], Parameters<typeof bootstrap>[1]?]>([
    ['asked for its version', ['--version']],
    ['with an option that is not known', ['--include=vim', ...usual]],
    ['for another variant', usual.map((word) => word.replace('minbase', 'buildd'))],
    ['for another architecture', usual.map((word) => word.replace('amd64', 'arm64'))],
    ['for another release', usual.map((word) => word.replace('bookworm', 'buster'))],
    ['from files', usual.map((word) => word.replace('http:', 'file:'))],
    ['with a script', [...usual, 'sid']],
    ['without a keyring', usual.map((word) => word.replace('KEYRING', '/not/there'))],
    ['where the host lacks mmdebstrap', usual, { without: ['mmdebstrap'] }],
    ['where the user says so', usual, { environment: { KILN_DEBOOTSTRAP: 'real' } }],
  ])('debootstrap itself runs %s', async (_when, words, how) => {
    const { made, stdout, exitCode } = await bootstrap(words, how);
    expect({ made, exitCode }).toEqual({ made: undefined, exitCode: 0 });
    expect(stdout).toMatch(/^debootstrap: --\S+/);
    expect(stdout.trim().split(' ')).toHaveLength(words.length + 1);
  });
});
