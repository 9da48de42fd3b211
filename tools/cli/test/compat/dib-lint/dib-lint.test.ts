import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { main } from '../../../src/compat/dib-lint/main.ts';
import { capturedProcess } from '../captured-process.ts';
import { writtenTree } from '../written-tree.ts';

const script = (body: string): string => `#!/bin/bash\nset -eu\nset -o pipefail\n# DIB_DEBUG_TRACE\n${body}`;

interface Options {
  readonly environment?: Readonly<Record<string, string>>;
  readonly options?: readonly string[];
  /** Runs before the lint. */
  readonly prepare?: (root: string) => void;
}

/** Lints `elements/sample`, which has a README.rst and these files. */
async function lint(files: Readonly<Record<string, string>>, given: Options = {}) {
  const below = Object.entries(files).map(([path, text]) => [
    path.startsWith('/') ? path.slice(1) : `elements/sample/${path}`,
    text,
  ]);
  const cwd = writtenTree({ 'elements/sample/README.rst': 'Sample\n', ...Object.fromEntries(below) });
  given.prepare?.(cwd);
  const io = capturedProcess({ cwd, environment: { ELEMENTS_DIR: 'elements', ...given.environment } });
  const exitCode = await main(given.options ?? [], 'dib-lint', io);
  const out = io.out();
  const errors = out.split('\n').filter((line) => line.startsWith('ERROR: '));
  return {
    exitCode,
    out,
    err: io.err(),
    errors: errors.map((line) => line.replace('ERROR: elements/sample/', '')),
    lastLine: out.trimEnd().split('\n').at(-1),
  };
}

test('an element in order passes', async () => {
  const { exitCode, errors, lastLine } = await lint({
    'install.d/10-a': script('if true; then\n    command -v which\nfi\nexport A=$((1 + 1))\n'),
    'root.d/10-a': script(
      'sudo cp x $TARGET_ROOT/etc\nsudo \\\n    rm $TMP_MOUNT_PATH/x\nsudo x # dib-lint: safe_sudo\n',
    ),
    'environment.d/10-a': 'export A=1\n',
    'element-deps': '# why\na\nb\n',
    'package-installs.yaml': 'a:\na:\n',
    'pkg-map': '{}\n',
    'static/data': 'no newline, and a\n\ttab',
  });
  expect({ exitCode, errors, lastLine }).toEqual({ exitCode: 0, errors: [], lastLine: 'PASS' });
});

describe('each check', () => {
  test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    [
      'a shebang that is not bash’s',
      { x: script('').replace('/bin/bash', '/usr/bin/env bash') },
      ['x : only use #!/bin/bash for scripts'],
    ],
    [
      'set -e and the others',
      { x: '#!/bin/bash\n' },
      ['x is not set -e', 'x is not set -u', 'x is not set -o pipefail', 'x does not follow DIB_DEBUG_TRACE'],
    ],
    ['indentation', { x: script('  a\n') }, ['x should use 4 spaces indent']],
    ['a status that export hides', { x: script('export A=$(b)\n') }, ['x : split export and assignment']],
    ['which', { x: script('which a\nwhich b # dib-lint: which\n') }, ['x : potential use of which']],
    [
      'sudo on the host',
      { 'finalise.d/x': script('sudo cp a /etc\n') },
      ['finalise.d/x : potentially unsafe sudo'],
    ],
    [
      'tracing in environment.d',
      { 'environment.d/x': 'set -x\n' },
      ['environment.d/x is an environment file and should not set tracing'],
    ],
    [
      'the order of element-deps',
      { 'element-deps': 'b\na\n' },
      ['element-deps is not sorted alphabetically'],
    ],
    [
      'source-repository without its newline',
      { 'source-repository-x': 'x git /x y' },
      ['source-repository-x does not end with a newline'],
    ],
    ['tabs', { x: script('\ta\n') }, ['x contains tab characters']],
    ['the last newline', { x: script('a') }, ['x has no newline at its end']],
    ['JSON', { 'pkg-map': '{' }, [expect.stringContaining('pkg-map is not a valid JSON file') as string]],
    [
      'YAML',
      { 'tests/x.yaml': 'a: [\n' },
      [expect.stringContaining('tests/x.yaml is not a valid YAML file') as string],
    ],
    ['Markdown', { 'notes.md': '' }, ['notes.md : .md docs, where .rst is wanted']],
  ])('%s', async (_what, files, expected) => {
    const { exitCode, errors, lastLine } = await lint(files);
    expect(errors).toEqual(expected);
    expect({ exitCode, lastLine }).toEqual({ exitCode: 1, lastLine: '*** FAIL: Some tests failed!' });
  });

  test('modes', async () => {
    const prepare = (root: string) => {
      chmodSync(join(root, 'elements/sample/x'), 0o644);
      chmodSync(join(root, 'elements/sample/environment.d/y'), 0o755);
    };
    const { errors } = await lint({ x: script(''), 'environment.d/y': 'export A=1\n' }, { prepare });
    expect(errors).toEqual([
      'environment.d/y is an environment file and should not be executable',
      'x is not executable',
    ]);
  });

  test('a README.rst for each element', async () => {
    const { out } = await lint({ '/elements/other/README.md': '' });
    expect(out).toContain('ERROR: elements/other lacks a README.rst\n');
  });

  test('files of LIB_DIR', async () => {
    const { out } = await lint({ '/lib/x': '\ta' }, { environment: { LIB_DIR: 'lib' } });
    expect(out).toContain(
      'ERROR: lib/x contains tab characters\n1:\ta\nERROR: lib/x has no newline at its end\n',
    );
  });
});

describe('what is left out', () => {
  const bare = { x: '#!/bin/bash\n# dib-lint: disable=sete setu\n', y: '#!/bin/bash\n' };

  test('by a file, and by tox.ini everywhere', async () => {
    const tox = '[dib-lint]\nignore = setpipefail dibdebugtrace\n';
    expect((await lint({ ...bare, '/tox.ini': tox })).errors).toEqual(['y is not set -e', 'y is not set -u']);
  });

  test('documents too', async () => {
    expect((await lint({ 'a.md': '', '/tox.ini': '[dib-lint]\nignore = mddocs\n' })).lastLine).toBe('PASS');
  });

  test('what git ignores', async () => {
    const prepare = (root: string) => {
      expect(spawnSync('git', ['init', '-q', root]).status).toBe(0);
    };
    const { out, lastLine } = await lint({ y: '#!/bin/bash\n', '/.gitignore': 'y\n' }, { prepare });
    expect(out).toContain('Skipping elements/sample/y\n');
    expect(lastLine).toBe('PASS');
  });
});

test('the line that is meant is shown', async () => {
  const { out } = await lint({ 'root.d/x': script('sudo cp a /etc\n'), y: script('  a\n') });
  expect(out).toContain('ERROR: elements/sample/root.d/x : potentially unsafe sudo\n -- sudo cp a /etc\n');
  expect(out).toContain('ERROR: elements/sample/y should use 4 spaces indent\n5:  a\n');
});

test('--json is nothing but JSON', async () => {
  const { exitCode, out } = await lint({ x: script('which a\n') }, { options: ['--json'] });
  expect(exitCode).toBe(1);
  expect(JSON.parse(out)).toEqual({
    pass: false,
    problems: [
      {
        rule: 'which',
        file: 'elements/sample/x',
        line: 5,
        message: ': potential use of which',
        excerpt: [' -- which a'],
      },
    ],
  });
});

test('a folder that is not there is told', async () => {
  const { exitCode, err } = await lint({}, { environment: { ELEMENTS_DIR: 'nowhere' } });
  expect(exitCode).toBe(1);
  expect(err).toContain('there is no folder nowhere');
});
