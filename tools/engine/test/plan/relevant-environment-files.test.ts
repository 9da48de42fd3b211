import { expect, test } from 'vitest';
import type { HookFile } from '../../src/elements/merge-hooks.ts';
import { digestOf } from '../../src/fingerprint/digest.ts';
import { relevantEnvironmentFiles } from '../../src/plan/relevant-environment-files.ts';

const file = (name: string, text: string): HookFile => ({
  path: `environment.d/${name}`,
  mode: 0o644,
  kind: 'file',
  content: Buffer.from(text),
  digest: digestOf(text),
  element: 'some',
});

const relevant = (files: readonly HookFile[], stepText: string): readonly string[] =>
  relevantEnvironmentFiles(files, stepText).map(({ path }) => path.slice('environment.d/'.length));

test('a file whose variables no hook of the step mentions is left out', () => {
  const files = [
    file('10-grub', 'export DIB_GRUB_TIMEOUT=5\n'),
    file('10-os', 'export DIB_RELEASE=trixie\n'),
  ];
  expect(relevant(files, 'mmdebstrap "$DIB_RELEASE"')).toEqual(['10-os']);
});

test('a file counts if one that matters mentions its variables', () => {
  const files = [
    file('05-vm', 'export DIB_KERNEL=${DIB_KERNEL:-cloud}\n'),
    file('10-os', 'export DIB_RELEASE=trixie\nexport DIB_KERNEL=${DIB_KERNEL:-generic}\n'),
  ];
  expect(relevant(files, 'echo $DIB_RELEASE')).toEqual(['05-vm', '10-os']);
});

test.each([
  ['a variable that programs read by themselves', 'export PIP_CACHE_DIR=/tmp/pip\n'],
  ['an early return', '[ -n "${DIB_A:-}" ] || return 0\nexport DIB_A\n'],
  ['a name made at run time', 'export "$name"\n'],
  ['a computed value', 'export DIB_A=$(mktemp)\n'],
  ['no export that can be seen', 'set -a\nDIB_A=1\n'],
])('a file with %s stays', (_, text) => {
  expect(relevant([file('10-any', text)], 'true')).toEqual(['10-any']);
});

test('a name in a comment is no export', () => {
  expect(relevant([file('10-any', '# exit never\nexport DIB_A=1\n')], 'true')).toEqual([]);
});

test('words of a value are not names, nor commands', () => {
  const text = 'export DIB_LINE=${DIB_LINE-quiet mode=text}\nexport DIB_TYPE=${DIB_TYPE:-source}\n';
  expect(relevant([file('10-any', text)], 'true')).toEqual([]);
});
