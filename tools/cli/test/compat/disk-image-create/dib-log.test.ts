import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDibLog } from '../../../src/compat/disk-image-create/dib-log.ts';

const now = () => new Date(Date.UTC(2026, 2, 1, 12, 34, 56, 7));

function logged(
  lines: readonly string[],
  settings: { readonly timestamps: boolean; readonly quiet: boolean },
) {
  let out = '';
  const stdout = { write: (text: string) => (out += text) };
  const log = openDibLog({ ...settings, logFile: undefined }, { stdout, cwd: '/', now });
  for (const line of lines) log.line(line);
  log.close();
  return out;
}

test('lines carry the time in UTC, unless they are not to', () => {
  expect(logged(['a', ''], { timestamps: true, quiet: false })).toBe(
    '2026-03-01 12:34:56.007 | a\n2026-03-01 12:34:56.007 | \n',
  );
  expect(logged(['a'], { timestamps: false, quiet: false })).toBe('a\n');
  expect(logged(['a'], { timestamps: true, quiet: true })).toBe('');
});

test("bash's bookkeeping is left out", () => {
  const lines = ['+ set +o xtrace', '++ SHELLOPTS=xtrace', 'set +o nounset', 'set +x', 'a'];
  expect(logged(lines, { timestamps: false, quiet: false })).toBe('set +x\na\n');
});

test('a log file is appended to, always with times', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-log-'));
  try {
    for (const line of ['first', 'second']) {
      const settings = { timestamps: false, quiet: true, logFile: 'logs/build.log' };
      const log = openDibLog(settings, { stdout: { write: () => {} }, cwd: folder, now });
      log.line(line);
      log.close();
    }
    expect(await readFile(join(folder, 'logs/build.log'), 'utf8')).toBe(
      '2026-03-01 12:34:56.007 | first\n2026-03-01 12:34:56.007 | second\n',
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});
