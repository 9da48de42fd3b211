import { expect, test } from 'vitest';
import { fileExclusions, toxExclusions } from '../../src/dib-lint/dib-lint-exclusions.ts';

test('a file leaves checks out in lines that begin with the comment', () => {
  const text =
    '#!/bin/bash\n# dib-lint: disable=sete setu\n# dib-lint: disable=indent\n  # dib-lint: disable=which\n';
  expect([...fileExclusions(text)]).toEqual(['sete', 'setu', 'indent']);
});

test.each([
  ['on one line', '[tox]\nignore = x\n[dib-lint]\nignore = sete setu\n', ['sete', 'setu']],
  [
    'over several',
    '[dib-lint]\nother = 1\nignore:\n    sete\n    # why\n    setu\nlast = x\n[next]\nignore = y\n',
    ['sete', 'setu'],
  ],
  ['without a newline at the end', '[dib-lint]\nignore=sete', ['sete']],
  ['nothing', '[dib-lint]\nexclude = sete\n[other]\nignore = setu\n', []],
  ['no section', '[tox]\n', []],
])('tox.ini: %s', (_what, text, names) => {
  expect([...toxExclusions(text)]).toEqual(names);
});
