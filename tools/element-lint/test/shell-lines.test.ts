import { expect, test } from 'vitest';
import { shellLines } from '../src/shell-lines.ts';

test('comments and here-documents are not code', () => {
  const script = [
    '#!/bin/bash',
    'echo "# no comment" # a comment',
    'cat <<-EOF > x',
    '\tcurl',
    '\tEOF',
    "cat <<'A' <<B",
    'one',
    'A',
    'two',
    'B',
    'grep x <<< "$text"',
    'echo ${#array} \\',
    '  more',
  ].join('\n');
  const lines = shellLines(script);
  expect(lines.map((it) => it.number)).toEqual([2, 3, 6, 11, 12, 13]);
  expect(lines[0]?.code).toBe('echo "# no comment" ');
  expect(lines.map((it) => it.isContinuation)).toEqual([false, false, false, false, false, true]);
});

test('a quoted text over several lines goes on, and what is in it is no comment', () => {
  const lines = shellLines("usage='Usage:\n  # not a comment'\ntrue # a comment\n");
  expect(lines.map((it) => [it.code, it.isContinuation])).toEqual([
    ["usage='Usage:", false],
    ["  # not a comment'", true],
    ['true ', false],
  ]);
});
