import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { HookFile } from '../../src/elements/merge-hooks.ts';
import { digestOf } from '../../src/fingerprint/digest.ts';
import { readsOtherHooks } from '../../src/plan/reads-other-hooks.ts';

function hook(text: string): HookFile {
  const content = Buffer.from(text);
  return {
    path: 'extra-data.d/10-x',
    mode: 0o755,
    kind: 'file',
    content,
    digest: digestOf(content),
    element: 'x',
  };
}

const reads = (line: string): boolean => readsOtherHooks([hook(`#!/bin/bash\nset -eu\n${line}\n`)]);

test.each([
  'sed -i s/a/b/ "$TMP_HOOKS_PATH/install.d/10-web"',
  'cat $TMP_HOOKS_PATH/post-install.d/10-web >>"$TMP_MOUNT_PATH/all"',
  'chmod +x ${TMP_HOOKS_PATH}/finalise.d/*',
  'cp "$TMP_HOOKS_PATH"/install.d/10-web "$TMP_HOOKS_PATH"/install.d/20-web',
  'echo "exit 0" >>"$TMP_HOOKS_PATH/install.d/10-web"',
  'while read -r line; do :; done <"$TMP_HOOKS_PATH/cleanup.d/10-web"',
  'find "$TMP_HOOKS_PATH/install.d" -type f -exec touch {} +',
  'cd $TMP_HOOKS_PATH/install.d\nsed -i 1d 10-web',
  'pushd "${TMP_HOOKS_PATH}"\ngrep -r agent .',
  'grep -rl agent "$TMP_HOOKS_PATH"',
  'tar -C $TMP_HOOKS_PATH -cf - . >all',
  'cp -r $TMP_HOOKS_PATH/* /x',
])('%s reads', (line) => expect(reads(line)).toBe(true));

test.each([
  'ln -s web-package-install/40-web "$TMP_HOOKS_PATH/install.d/40-web"',
  'rm -f "$TMP_HOOKS_PATH/install.d/50-web"',
  'cd $TMP_HOOKS_PATH/install.d\nln -sf web-source-install/* .',
  'cat ~/.ssh/id.pub >"$TMP_HOOKS_PATH/keys"',
  'for f in $(find $TMP_HOOKS_PATH -maxdepth 1 -name "source-repository-*"); do cat "$f"; done',
  '# sed -i s/a/b/ "$TMP_HOOKS_PATH/install.d/10-web"',
  'printf "#!/bin/bash\\n" >"$TMP_HOOKS_PATH/install.d/60-new"',
  'names=$(find "$TMP_HOOKS_PATH/install.d" -name "*-install" -type d | sort -u)',
])('%s does not', (line) => expect(reads(line)).toBe(false));

test('a program that is no shell script reads if it names a folder of hooks', () => {
  expect(
    readsOtherHooks([
      hook('#!/usr/bin/env python3\nopen(os.environ["TMP_HOOKS_PATH"] + "/install.d/10-web")\n'),
    ]),
  ).toBe(true);
  expect(readsOtherHooks([hook('#!/usr/bin/env python3\nprint("hello")\n')])).toBe(false);
});

test('the elements of this workspace that rewrite the hooks directory do it by name', () => {
  const elements = join(import.meta.dirname, '../../../../elements');
  for (const path of [
    'install-types/extra-data.d/99-enable-install-types',
    'source-repositories/extra-data.d/98-source-repositories',
    'svc-map/extra-data.d/10-merge-svc-map-files',
  ])
    expect(readsOtherHooks([hook(readFileSync(join(elements, path), 'utf8'))]), path).toBe(false);
});
