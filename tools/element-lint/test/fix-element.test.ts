import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fixElement } from '../src/fix-element.ts';
import { lintElement } from '../src/lint-element.ts';
import { scratchElement } from './scratch-element.ts';

test('fixes modes, newlines, the order of element-deps and the path of bash, and nothing else', async () => {
  const directory = await scratchElement({
    'README.md': 'Says what it does.',
    'element-deps': ' dpkg\nbase\nbase',
    'environment.d/10-a.bash': { text: 'export A=1\n', mode: 0o755 },
    'install.d/10-a': '#!/usr/bin/env bash\n# DIB_DEBUG_TRACE\nset -eu\ntrue',
    'install.d/20-b': { text: '#!/bin/bash -e\n# DIB_DEBUG_TRACE\nset -euo pipefail\n', mode: 0o755 },
  });
  const knownElements = new Set(['base', 'dpkg']);
  const fixed = await fixElement(directory, { knownElements });
  expect(fixed.map((it) => `${it.rule} ${it.file}`)).toEqual([
    'newline README.md',
    'newline element-deps',
    'deps-sorted element-deps',
    'environment-snippet environment.d/10-a.bash',
    'executable install.d/10-a',
    'shebang install.d/10-a',
    'newline install.d/10-a',
  ]);
  expect(await readFile(join(directory, 'element-deps'), 'utf8')).toBe('base\ndpkg\n');
  expect(await readFile(join(directory, 'install.d/10-a'), 'utf8')).toBe(
    '#!/bin/bash\n# DIB_DEBUG_TRACE\nset -eu\ntrue\n',
  );
  expect((await stat(join(directory, 'install.d/10-a'))).mode & 0o777).toBe(0o755);
  expect((await stat(join(directory, 'environment.d/10-a.bash'))).mode & 0o777).toBe(0o644);

  const left = await lintElement(directory, { knownElements });
  expect(left.map((it) => `${it.rule} ${it.file}`)).toEqual([
    'setpipefail install.d/10-a',
    'shebang install.d/20-b',
  ]);
  expect(await fixElement(directory, { knownElements })).toEqual([]);
});

test('writes tabs before code as spaces, but not those of texts and here-documents', async () => {
  const head = '#!/bin/bash\n# DIB_DEBUG_TRACE\nset -eu -o pipefail\n';
  const directory = await scratchElement({
    'README.md': 'Says what it does.\n',
    'install.d/10-a': {
      text: `${head}if true; then\n\techo one\n  \tcat <<-END\n\t\ttwo\n\tEND\n\techo 'three\n\tfour'\nfi\n`,
      mode: 0o755,
    },
  });
  const fixed = await fixElement(directory, {});
  expect(fixed.map((it) => it.rule)).toEqual(['tabindent']);
  expect(await readFile(join(directory, 'install.d/10-a'), 'utf8')).toBe(
    `${head}if true; then\n    echo one\n    cat <<-END\n\t\ttwo\n\tEND\n    echo 'three\n\tfour'\nfi\n`,
  );
});
