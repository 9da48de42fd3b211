import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readAhead } from '../../../src/block-device/writing/read-ahead.ts';
import { runCommand } from '../../../src/util/run-command.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-ahead-'));
});
afterEach(() => rm(folder, { recursive: true }));

const limitBytes = 64 << 20;

/** What it reads is seen from outside: a file that nobody has open holds it up once it is too far ahead. */
const script = `${readAhead}
reading=$1 folder=$2 seconds=$3
if [ "$reading" = none ]; then
  sleep 60 &
else
  sleep 60 < "$folder/$reading" &
fi
reader=$!
timeout "$seconds" bash -c "$(declare -f read_ahead); read_ahead $reader '$folder'"
status=$?
kill $reader
exit $status`;

/** @returns whether it got to the end, or still waited after a while. */
async function readAheadOf(reading: string, seconds = 30): Promise<'ended' | 'waits'> {
  const args = ['-c', script, 'read-ahead', reading, folder, String(seconds)];
  const { exitCode, stderr } = await runCommand({ file: 'bash', args });
  if (exitCode === 0) return 'ended';
  expect({ exitCode, stderr }).toEqual({ exitCode: 124, stderr: '' });
  return 'waits';
}

async function fill(names: readonly string[], bytes: number): Promise<void> {
  for (const name of names) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), '');
    await truncate(join(folder, name), bytes);
  }
}

test('a small tree is read to its end', async () => {
  await fill(['a', 'b/c', 'b/d'], 1000);
  expect(await readAheadOf('none')).toBe('ended');
});

test('it waits for who is behind, and goes on after a file that this one has open', async () => {
  await fill(['a', 'b', 'c'], limitBytes);
  expect(await readAheadOf('none', 1)).toBe('waits');
  expect(await readAheadOf('c', 1)).toBe('waits');
  expect(await readAheadOf('b')).toBe('ended');
});

test('names are taken in the order of their bytes, and a folder as it is met', async () => {
  await fill(['a/x', 'a.b', 'b'], limitBytes);
  expect(await readAheadOf('a.b')).toBe('ended');
});
