import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { lintElement } from '../src/lint-element.ts';
import { renderFindings } from '../src/render-findings.ts';
import { hook, scratchElement, type ScratchFile } from './scratch-element.ts';

const readme = 'Says what it does.\n';

async function findingsOf(files: Readonly<Record<string, ScratchFile>>): Promise<readonly string[]> {
  const directory = await scratchElement({ 'README.md': readme, ...files });
  const findings = await lintElement(directory, {
    knownElements: new Set(['sample', 'base', 'dpkg', 'package-installs']),
  });
  return findings.map((it) => `${it.rule} ${it.file}${it.line === undefined ? '' : `:${it.line}`}`);
}

test('an element in order has no findings', async () => {
  const files = {
    'element-deps': 'base\ndpkg\n',
    'element.yaml': 'description: a sample\nvariables: [SAMPLE_LEVEL]\n',
    'package-installs.yaml': 'curl:\nold-thing:\n  uninstall: true\n  phase: post-install.d\n',
    'pkg-map': '{"default": {"curl": "curl"}}\n',
    'source-repository-sample': 'sample git /opt/sample https://example.org/sample.git\n',
    'verify.yaml': '- packages: [curl]\n- file: /etc/sample\n  mode: "0644"\n',
    'environment.d/10-sample.bash': 'export SAMPLE_LEVEL=${SAMPLE_LEVEL:-1}\n',
    'install.d/50-sample': hook('install-packages curl'),
    'root.d/10-sample': hook('echo hello | sudo tee "$TARGET_ROOT/etc/sample" >/dev/null'),
    'static/etc/sample.conf': 'key = value\n',
  };
  expect(await findingsOf(files)).toEqual([]);
});

test('an element needs a README that is not empty', async () => {
  const without = await scratchElement({ 'static/x': 'x\n' });
  expect((await lintElement(without)).map((it) => it.message)).toEqual([
    'there is no README.md or README.rst',
  ]);
  const empty = await scratchElement({ 'README.rst': '\n' });
  expect((await lintElement(empty)).map((it) => it.message)).toEqual(['the README is empty']);
});

test('a variable that the README leaves out is told once, at its first use', async () => {
  const body = 'echo "${DIB_SAMPLE_SIZE:-1}"\necho "$DIB_SAMPLE_SIZE $DIB_RELEASE"';
  expect(await findingsOf({ 'install.d/50-sample': hook(body) })).toEqual([
    'readme-variables install.d/50-sample:6',
  ]);
  expect(
    await findingsOf({ 'README.md': 'Reads DIB_SAMPLE_SIZE.\n', 'install.d/50-sample': hook(body) }),
  ).toEqual([]);
});

test('hooks that would silently not run', async () => {
  const script = '#!/bin/bash\n# DIB_DEBUG_TRACE\nset -euo pipefail\n';
  const files = {
    'install.d/10-no-mode': script,
    'install.d/20-dotted.sh': { text: script, mode: 0o755 },
    'install.d/30-data': 'only data\n',
    'install.d/sample-source-install/40-nested': { text: script, mode: 0o755 },
    'install.d/package-installs-sample': 'curl\n',
  };
  expect(await findingsOf(files)).toEqual([
    'executable install.d/10-no-mode:1',
    'hook-silent install.d/20-dotted.sh',
    'hook-silent install.d/30-data',
  ]);
});

test('a misspelt phase folder names the phase that was meant', async () => {
  const directory = await scratchElement({
    'README.md': readme,
    'finalize.d/50-sample': hook('true'),
    'sysctl.d/a.conf': 'a\n',
  });
  const findings = await lintElement(directory);
  expect(findings.map((it) => [it.rule, it.severity, it.hint])).toEqual([
    ['phase-folder', 'error', "did you mean 'finalise.d'?"],
  ]);
});

test('snippets of environment.d are not executable, do not trace, and do not hide a failure', async () => {
  const files = {
    'environment.d/10-a.bash': { text: 'export A=1\n', mode: 0o755 },
    'environment.d/20-b.bash': 'set -x\nexport B=$(date)\nC=$(date)\nexport C\nexport D=$((1 + 1))\n',
  };
  expect(await findingsOf(files)).toEqual([
    'environment-snippet environment.d/10-a.bash',
    'environment-snippet environment.d/20-b.bash:1',
    'environment-snippet environment.d/20-b.bash:2',
  ]);
});

test('shell options may be written in every usual way, and each missing one is told', async () => {
  const body = (set: string) => ({ text: `#!/bin/bash\n# DIB_DEBUG_TRACE\n${set}\ntrue\n`, mode: 0o755 });
  for (const set of [
    'set -euo pipefail',
    'set -eu -o pipefail',
    'set -e\nset -u\nset -o pipefail',
    'set -o errexit -o nounset -o pipefail',
  ]) {
    expect(await findingsOf({ 'install.d/10-a': body(set) })).toEqual([]);
  }
  expect(await findingsOf({ 'install.d/10-a': body('set -e') })).toEqual([
    'setu install.d/10-a',
    'setpipefail install.d/10-a',
  ]);
  expect(await findingsOf({ 'install.d/10-a': { text: '#!/bin/sh\nset -eu\ntrue\n', mode: 0o755 } })).toEqual(
    [],
  );
  // A single command has nothing after it that a failure could reach.
  expect(await findingsOf({ 'bin/a': { text: '#!/bin/bash\nexec b "$@"\n', mode: 0o755 } })).toEqual([]);
  // What runs in the image later is no business of the build.
  expect(await findingsOf({ 'static/usr/bin/a': { text: '#!/bin/bash\ntrue\n', mode: 0o755 } })).toEqual([]);
});

test('only #!/bin/bash will do for bash', async () => {
  const script = (first: string) => ({
    text: `#!${first}\n# DIB_DEBUG_TRACE\nset -euo pipefail\n`,
    mode: 0o755,
  });
  expect(await findingsOf({ 'install.d/10-a': script('/usr/bin/env bash') })).toEqual([
    'shebang install.d/10-a:1',
  ]);
  expect(await findingsOf({ 'install.d/10-a': script('/bin/bash -e') })).toEqual([
    'shebang install.d/10-a:1',
  ]);
});

test('style of scripts; here-documents and continued lines are left alone', async () => {
  const files = {
    'install.d/10-tab': hook('if true; then\n\ttrue\nfi'),
    'install.d/20-odd': hook('if true; then\n  true\nfi'),
    'install.d/30-fine': hook('cat <<EOF\n\ttext\n  text\nEOF\ntrue && \\\n  true'),
    'install.d/40-which': hook('if which curl; then true; fi\necho "which is fine" # which curl'),
    'static/no-newline': 'text',
  };
  expect(await findingsOf(files)).toEqual([
    'tabindent install.d/10-tab:7',
    'indent install.d/20-odd:7',
    'which install.d/40-which:6',
    'newline static/no-newline:1',
  ]);
});

test('element-deps is sorted, without comments, and names what exists', async () => {
  expect(await findingsOf({ 'element-deps': 'dpkg\nbase\n' })).toEqual(['deps-sorted element-deps:2']);
  expect(await findingsOf({ 'element-deps': 'base\nbase\n' })).toEqual(['deps-sorted element-deps:2']);
  expect(await findingsOf({ 'element-deps': '# mine\nbase\nnowhere\n' })).toEqual([
    'deps-known element-deps:1',
    'deps-known element-deps:3',
  ]);
});

test('without a list, the elements beside it and what they provide are known', async () => {
  const directory = await scratchElement({
    'README.md': readme,
    'element-deps': 'neighbour\noperating-system\nstranger\n',
  });
  const neighbour = join(dirname(directory), 'neighbour');
  await mkdir(neighbour);
  await writeFile(join(neighbour, 'element-provides'), 'operating-system\n');
  const findings = await lintElement(directory);
  expect(findings.map((it) => `${it.line}: ${it.message}`)).toEqual(["3: there is no element 'stranger'"]);
});

test('package-installs.yaml: keys, phases and conditions that would do nothing', async () => {
  const yaml = [
    'curl:',
    '  phase: finalise.d',
    'wget:',
    '  unistall: true',
    'vim:',
    '  - when: "A=b"',
    '  - when: ["A=b", "A b"]',
    'git:',
    '  arch: amd64, arm64',
    '  not-arch: i386',
    '',
  ].join('\n');
  const directory = await scratchElement({ 'README.md': readme, 'package-installs.yaml': yaml });
  expect((await lintElement(directory)).map((it) => `${it.line} ${it.message}`)).toEqual([
    "2 curl: nothing is installed in phase 'finalise.d'",
    "4 wget: unknown key 'unistall'",
    "7 vim: 'when': 'A b' is neither VARIABLE=value nor VARIABLE!=value",
    "9 git: 'arch' and 'not-arch' exclude each other",
    "9 git: 'arch': only the first name ever matches",
  ]);
});

test('files that do not parse', async () => {
  const files = {
    'element.yaml': 'restorable: perhaps\n',
    'pkg-map': '{"default": }\n',
    'source-repository-x':
      '# the sources\nx svn /opt/x https://example.org\ny git opt/y https://example.org\nz tar /opt/z\n',
    'svc-map': 'a: [\n',
    'verify.yaml': '- pakages: [a]\n- file: /etc/x\n  contians: y\n- user: haproxy\n',
  };
  expect(await findingsOf(files)).toEqual([
    'element-yaml element.yaml:1',
    'yaml pkg-map',
    'source-repository source-repository-x:2',
    'source-repository source-repository-x:3',
    'source-repository source-repository-x:4',
    'yaml svc-map:2',
    'verify verify.yaml:1',
    'verify verify.yaml:3',
  ]);
});

test('fetching without a checksum, and installing past install-packages', async () => {
  const files = {
    'install.d/10-fetch': hook('curl -o /opt/x https://example.org/x'),
    'install.d/20-checked': hook('curl -o /opt/x https://example.org/x\necho "$SUM  /opt/x" | sha256sum -c'),
    'install.d/30-word': hook('install-packages curl wget'),
    'install.d/40-apt': hook('apt-get -y install haproxy\napt-get update'),
  };
  expect(await findingsOf(files)).toEqual(['checksum install.d/10-fetch:6', 'apt-get install.d/40-apt:6']);
});

test('host hooks write below the target root only; chroot hooks anywhere', async () => {
  const body = [
    'echo 1 > /etc/sample',
    'cp "$_LIB/x" /etc/sample',
    'sudo mkdir -p "/opt/sample"',
    'echo 1 | sudo tee -a /etc/sample',
    'cp /etc/resolv.conf "$TARGET_ROOT/etc/resolv.conf"',
    'true 2>/dev/null',
    'sudo chroot "$TARGET_ROOT" touch /etc/sample',
    'rm -f $TMP_MOUNT_PATH/etc/sample',
  ].join('\n');
  expect(await findingsOf({ 'extra-data.d/10-a': hook(body) })).toEqual(
    [6, 7, 8, 9].map((line) => `host-write extra-data.d/10-a:${line}`),
  );
  expect(await findingsOf({ 'install.d/10-a': hook(body) })).toEqual([]);
});

test('a file switches rules off for itself, under the name of either linter', async () => {
  const script =
    '#!/bin/bash\n# element-lint: disable=setu dibdebugtrace\n# dib-lint: disable=setpipefail\nset -e\ntrue\n';
  const files = {
    'install.d/10-a': { text: script, mode: 0o755 },
    'install.d/20-b': { text: '#!/bin/bash\nset -eu\ntrue\n', mode: 0o755 },
  };
  expect(await findingsOf(files)).toEqual(['setpipefail install.d/20-b', 'dibdebugtrace install.d/20-b']);
});

test('tests of an element are not linted', async () => {
  expect(await findingsOf({ 'tests/test_x.sh': '#!/bin/bash\nwhich x' })).toEqual([]);
});

test('findings are rendered with the place first, and whether they can be fixed', async () => {
  const directory = await scratchElement({ 'README.md': 'x', 'element-deps': 'nope\n' });
  const text = renderFindings(
    await lintElement(directory, { knownElements: new Set(['node']) }),
    'elements/sample',
  );
  expect(text).toBe(
    [
      'elements/sample/README.md:1: error: no newline at the end of the file (newline)',
      '    can be fixed for you',
      "elements/sample/element-deps:1: error: there is no element 'nope' (deps-known)",
      "    did you mean 'node'?",
    ].join('\n'),
  );
});
