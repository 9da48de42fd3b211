import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { readPackageList } from '../../src/sources/read-package-list.ts';
import { runCommand } from '../../src/util/run-command.ts';

const text = `Package: curl
Version: 7.88.1-10
Architecture: amd64
Description: a tool
 Package: none

Package: bash
Architecture: amd64
Version: 5.2
`;

async function xz(content: string): Promise<Buffer> {
  const packed = await runCommand({ file: 'sh', args: ['-c', 'xz --stdout | base64'], input: content });
  return Buffer.from(packed.stdout, 'base64');
}

test.each([
  ['', async () => Buffer.from(text)],
  ['.gz', async () => gzipSync(text)],
  ['.zst', async () => zstdCompressSync(text)],
  ['.xz', () => xz(text)],
])('Packages%s is read, as far as it matters', async (ending, pack) => {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-list-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'blob');
  await writeFile(file, await pack());
  const offered = await readPackageList(
    { path: `main/binary-amd64/Packages${ending}`, file },
    new Set(['curl', 'none']),
  );
  expect(offered).toEqual([{ name: 'curl', version: '7.88.1-10', architecture: 'amd64' }]);
});
