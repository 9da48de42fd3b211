import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type CommandResult, runCommand } from '@kiln/engine/util/run-command.ts';
import { describe, expect, onTestFinished } from 'vitest';
import { testOn, tools } from '../host-needs.ts';
import { peer, upstreamElements } from './peer.ts';

const library = join(upstreamElements, '../lib');
const bins = join(import.meta.dirname, '../../tools/cli/bin');
const python = '/usr/bin/python3';
const hostPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

interface Where {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs one of Kiln's commands. */
function ours(name: string, args: readonly string[], where: Where = {}): Promise<CommandResult> {
  return run(process.execPath, [join(bins, `${name}.js`), ...args], where);
}

function run(file: string, args: readonly string[], { cwd, environment }: Where): Promise<CommandResult> {
  return runCommand({
    file,
    args,
    cwd,
    env: { PATH: hostPath, HOME: '/root', LC_ALL: 'C.UTF-8', ...environment },
  });
}

/** Files by path; one that begins with `#!` becomes executable. Gone after the test. */
function writtenTree(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'kiln-compat-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    chmodSync(join(root, path), text.startsWith('#!') ? 0o755 : 0o644);
  }
  return root;
}

describe('element-info', () => {
  const environment = { ELEMENTS_PATH: upstreamElements };
  for (const names of [
    ['debian-minimal', 'vm', 'block-device-mbr'],
    ['debian', 'vm', 'block-device-efi'],
    ['ubuntu', 'baremetal', 'dhcp-all-interfaces', 'devuser'],
    ['fedora-container', 'cloud-init', 'growroot'],
    ['debian-minimal', 'vm'],
    ['debian-minimal', 'no-such-element'],
    ['base'],
    ['debian-minimal', 'operating-system'],
  ]) {
    testOn([peer], `${names.join(' ')}: the same elements, and the same exit code`, async () => {
      const theirs = await run(python, [join(library, 'element-info.py'), ...names], { environment });
      const mine = await ours('element-info', names, { environment });
      const listed = ({ stdout }: CommandResult) => stdout.trim().split(' ').toSorted();
      expect(listed(mine)).toEqual(listed(theirs));
      expect(mine.exitCode).toBe(theirs.exitCode);
    });
  }

  testOn([peer], '--env sets the same in a shell', async () => {
    const names = ['--env', 'debian-minimal', 'vm', 'block-device-gpt'];
    const printed = [
      await run(python, [join(library, 'element-info.py'), ...names], { environment }),
      await ours('element-info', names, { environment }),
    ];
    const tell = `
      echo "$IMAGE_ELEMENT_YAML"; printf '%s\\n' $IMAGE_ELEMENT | sort
      eval declare -A all=($(get_image_element_array)); for it in "\${!all[@]}"; do echo "$it \${all[$it]}"; done | sort`;
    const [theirs, mine] = await Promise.all(
      printed.map(({ stdout }) => run('bash', ['-c', `${stdout}\n${tell}`], {})),
    );
    expect(mine?.stdout).toBe(theirs?.stdout);
    expect(mine?.stdout.split('\n').length).toBeGreaterThan(20);
  });
});

describe('dib-run-parts', () => {
  const hook = (text = 'echo "${0##*/} $SAID"'): string => `#!/bin/sh\n${text}\n`;
  const names = ['-5-neg', '00-a', '_u', 'abc', '01-b', '05-c', '5-b', '5a', '9-c', '10-d', '100-e', 'x.sh'];
  const hooks = Object.fromEntries(names.map((name) => [`install.d/${name}`, hook()]));
  const snippets = {
    'environment.d/10-a': 'export SAID=a\n',
    'environment.d/9-b.bash': 'export SAID="$SAID b"\n',
  };

  /** Its messages: no trace of the snippets, no times. */
  const messages = ({ stderr }: CommandResult): readonly string[] =>
    stderr
      .split('\n')
      .filter((line) => line.startsWith('dib-run-parts '))
      .map((line) => line.replace(/\d+\.\d{3}$/, 'SECONDS'));

  const both = async (files: Readonly<Record<string, string>>, args: readonly string[], environment = {}) => {
    const where = { cwd: writtenTree(files), environment };
    return [
      await run(join(library, 'dib-run-parts'), args, where),
      await ours('dib-run-parts', args, where),
    ] as const;
  };

  testOn([peer], 'the same scripts in the same order, with the same environment and messages', async () => {
    const [theirs, mine] = await both({ ...hooks, ...snippets, 'install.d/plain': 'x' }, ['install.d'], {
      DIB_DEBUG_TRACE: '1',
    });
    expect(mine.stdout).toBe(theirs.stdout);
    expect(mine.stdout).toContain('100-e a b');
    expect(messages(mine)).toEqual(messages(theirs));
    expect(mine.exitCode).toBe(0);
  });

  testOn([peer], '--list, and RUN_PARTS_REGEX', async () => {
    const [theirs, mine] = await both(hooks, ['--list', 'install.d']);
    expect(mine.stdout).toBe(theirs.stdout);
    const [those, these] = await both(hooks, ['--list', 'install.d'], { RUN_PARTS_REGEX: '^[[:alnum:].]+$' });
    expect(these.stdout).toBe(those.stdout);
    expect(these.stdout).toContain('x.sh');
  });

  for (const [what, files] of [
    ['a script that fails', { ...hooks, 'install.d/05-c': hook('exit 7') }],
    ['a snippet that exits', { ...hooks, 'environment.d/1': 'exit 4\n' }],
    ['no such folder', {}],
  ] as const) {
    testOn([peer], `the same end: ${what}`, async () => {
      const [theirs, mine] = await both(files, ['install.d']);
      expect({ exitCode: mine.exitCode, stdout: mine.stdout }).toEqual({
        exitCode: theirs.exitCode,
        stdout: theirs.stdout,
      });
      expect(mine.exitCode).toBeGreaterThan(0);
    });
  }
});

describe('dib-lint', () => {
  const good =
    '#!/bin/bash\nif [ "${DIB_DEBUG_TRACE:-0}" -gt 0 ]; then\n    set -x\nfi\nset -eu\nset -o pipefail\n';
  const inOrder = {
    'elements/a/README.rst': 'A\n',
    'elements/a/element-deps': 'a\nb\n',
    'elements/a/install.d/10-a': good,
    'elements/a/root.d/10-a': `${good}sudo cp x $TARGET_ROOT/etc\n`,
    'elements/a/environment.d/10-a': 'export A=1\n',
    'elements/a/package-installs.yaml': 'x:\n',
    'elements/a/pkg-map': '{}\n',
  };
  const mistakes: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'no README.rst': { 'elements/b/install.d/10-b': good },
    'a shebang': { 'elements/a/x': good.replace('/bin/bash', '/usr/bin/env bash') },
    'no options': { 'elements/a/x': '#!/bin/bash\n' },
    indentation: { 'elements/a/x': `${good}  a\n` },
    'a hidden status': { 'elements/a/x': `${good}export A=$(b)\n` },
    which: { 'elements/a/x': `${good}which a\n` },
    sudo: { 'elements/a/root.d/20-a': `${good}sudo rm -r /etc\n` },
    tracing: { 'elements/a/environment.d/20-a': 'set -x\n' },
    tabs: { 'elements/a/x': `${good}\ta\n` },
    'no newline': { 'elements/a/x': `${good}a` },
    'a source without its newline': { 'elements/a/source-repository-a': 'a git /a b' },
    markdown: { 'elements/a/notes.md': '' },
    yaml: { 'elements/a/y.yaml': 'a: [\n' },
    json: { 'elements/a/pkg-map': '{' },
    exclusions: { 'elements/a/x': '#!/bin/bash\n# dib-lint: disable=sete setu setpipefail dibdebugtrace\n' },
    'exclusions everywhere': {
      'elements/a/x': '#!/bin/bash\n',
      'tox.ini': '[dib-lint]\nignore = sete setu setpipefail dibdebugtrace\n',
    },
    nothing: {},
  };

  for (const [what, files] of Object.entries(mistakes)) {
    testOn([peer, tools('git', 'file')], `the same verdict, as often: ${what}`, async () => {
      const cwd = writtenTree({ ...inOrder, ...files });
      mkdirSync(join(cwd, 'bin'));
      // Its script calls Python by a name that Debian does not have.
      symlinkSync(python, join(cwd, 'bin/python'));
      const environment = {
        ELEMENTS_DIR: 'elements',
        LIB_DIR: 'elements/a/root.d',
        PATH: `${cwd}/bin:${hostPath}`,
      };
      const theirs = await run('/usr/bin/dib-lint', [], { cwd, environment });
      const mine = await ours('dib-lint', [], { cwd, environment });
      const errors = ({ stdout }: CommandResult) =>
        stdout.split('\n').filter((line) => line.startsWith('ERROR: '));
      const verdict = ({ stdout }: CommandResult) => stdout.trimEnd().split('\n').at(-1);
      expect(errors(mine)).toHaveLength(errors(theirs).length);
      expect([mine.exitCode, verdict(mine)]).toEqual([theirs.exitCode, verdict(theirs)]);
    });
  }

  testOn([peer], 'its own elements pass', async () => {
    const mine = await ours('dib-lint', [], {
      cwd: join(library, '../..'),
      environment: { LIB_DIR: '/nowhere' },
    });
    expect(
      mine.stdout.split('\n').filter((line) => line.startsWith('ERROR: ') && !line.endsWith('failed flake8')),
    ).toEqual([]);
    expect(mine.stdout).toContain('Checking YAML parsing...');
  });
});

describe('dib-block-device getval', () => {
  for (const layout of ['block-device-mbr', 'block-device-gpt', 'block-device-efi']) {
    testOn([peer], `${layout}: the same values`, async () => {
      const config = join(upstreamElements, layout, 'block-device-default.yaml');
      const cwd = writtenTree({});
      const parameters = {
        config,
        'image-dir': cwd,
        'root-fs-type': 'ext4',
        'root-label': null,
        'mount-base': cwd,
      };
      writeFileSync(join(cwd, 'params.yaml'), JSON.stringify({ ...parameters, 'build-dir': cwd }));
      const theirs = (...words: readonly string[]) =>
        run(python, [join(library, 'dib-block-device.py'), '--params', 'params.yaml', ...words], { cwd });
      expect((await theirs('init')).exitCode).toBe(0);
      for (const symbol of ['root-label', 'root-fstype', 'mount-points']) {
        const mine = await ours('dib-block-device', ['--params', 'params.yaml', 'getval', symbol], { cwd });
        const parts = ({ stdout }: CommandResult) => stdout.trim().split('|').toSorted();
        expect(parts(mine)).toEqual(parts(await theirs('getval', symbol)));
      }
    });
  }
});
