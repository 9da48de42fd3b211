import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';
import { probeDisk } from '../../tools/testkit/src/qemu/probe-accelerator.ts';
import { testOn, tools } from '../host-needs.ts';

const kiln = join(import.meta.dirname, '../../tools/cli/bin/kiln.js');

testOn(
  [tools('qemu-system-x86_64', 'setpriv', 'xorriso', 'openssl')],
  'an interrupted `kiln boot` ends its machine and leaves no folder behind',
  async () => {
    const workspace = await mkdtemp(join(tmpdir(), 'kiln-test-'));
    try {
      const temporary = join(workspace, 'tmp');
      const output = join(workspace, 'dist/images/box');
      for (const folder of [temporary, output, 'images/box', 'elements/os', 'elements/base'])
        await mkdir(resolve(workspace, folder), { recursive: true });
      await writeFile(join(workspace, 'nx.json'), '{}');
      await writeFile(join(workspace, 'images/box/image.yaml'), 'elements: [os]\nformats: [raw]\n');
      await writeFile(join(workspace, 'elements/os/element-provides'), 'operating-system\n');
      // It says `guest runs`, and shows no login prompt.
      await writeFile(join(output, 'box.raw'), probeDisk());
      await writeFile(join(output, 'manifest.json'), '{"packages":[]}');
      const args = ['-C', workspace, 'boot', 'box', '--firmware', 'bios', '--verbose'];
      const child = spawn(process.execPath, [kiln, ...args], { env: { ...process.env, TMPDIR: temporary } });
      let said = '';
      child.stderr.on('data', (chunk: Buffer) => {
        if (!said.includes('guest runs') && (said += chunk.toString()).includes('guest runs'))
          child.kill('SIGINT');
      });
      const [code] = (await once(child, 'close')) as [number | null];
      expect(said).toContain('guest runs');
      expect(code).toBe(130);
      expect(await readdir(temporary)).toEqual([]);
    } finally {
      await rm(workspace, { recursive: true });
    }
  },
);
