import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { standIns } from '../../src/element-tests/fixture-commands.ts';

test.each(Object.entries(standIns()))('%s is a script that bash can read', (_name, text) => {
  const { status, stderr } = spawnSync('bash', ['--norc', '-n'], { input: text, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});
