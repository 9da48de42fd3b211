import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, vi } from 'vitest';
import { probeDisk, runsUnder } from '../../tools/testkit/src/qemu/probe-accelerator.ts';
import { startMachine } from '../../tools/testkit/src/qemu/start-machine.ts';
import { testOn, tools } from '../host-needs.ts';

const needs = [tools('qemu-system-x86_64', 'setpriv')];

interface Place {
  readonly directory: string;
  readonly disk: string;
}

/** A test in a folder of its own, with the disk that says `guest runs`. */
function withDisk(body: (place: Place) => Promise<void>): () => Promise<void> {
  return async () => {
    const directory = await mkdtemp(join(tmpdir(), 'kiln-test-'));
    try {
      const disk = join(directory, 'disk.raw');
      await writeFile(disk, probeDisk());
      await body({ directory, disk });
    } finally {
      await rm(directory, { recursive: true });
    }
  };
}

const request = (disk: string, logDirectory: string) =>
  ({
    disks: [{ file: disk, format: 'raw', use: 'image' }],
    memoryMebibytes: 64,
    firmware: 'bios',
    accelerator: 'tcg',
    logDirectory,
  }) as const;

describe('the QEMU driver', () => {
  testOn(needs, 'sees a guest run under TCG', async () => {
    expect(await runsUnder('tcg', 60_000)).toBe(true);
  });

  testOn(
    needs,
    'follows the console, keeps its log, and stops the machine',
    withDisk(async ({ directory, disk }) => {
      const before = await readFile(disk);
      const machine = await startMachine(request(disk, directory));
      expect(await machine.console.waitFor(/^guest runs$/mu, { timeoutMs: 60_000 })).not.toHaveProperty(
        'failure',
      );
      await machine.stop();
      expect(await machine.ended).toMatchObject({ status: 'cancelled' });
      expect(await readFile(join(directory, 'console.log'), 'utf8')).toContain('guest runs');
      expect((await readFile(disk)).equals(before)).toBe(true);
    }),
  );

  testOn(
    needs,
    'ends the machine when its signal aborts',
    withDisk(async ({ directory, disk }) => {
      const controller = new AbortController();
      const machine = await startMachine({ ...request(disk, directory), signal: controller.signal });
      const waiting = machine.console.waitFor(/never/u, { timeoutMs: 60_000 });
      controller.abort();
      expect(await waiting).toEqual({ failure: 'the machine ended' });
    }),
  );

  testOn(
    needs,
    'says what QEMU complains of',
    withDisk(async ({ directory }) => {
      const machine = await startMachine(request(join(directory, 'nothing'), directory));
      expect((await machine.ended).complaint).toContain('No such file');
    }),
  );

  testOn(
    needs,
    'does not leave QEMU behind when it is killed',
    withDisk(async ({ directory, disk }) => {
      const module = new URL('../../tools/testkit/src/qemu/start-machine.ts', import.meta.url).href;
      const program = `
      const { startMachine } = await import(${JSON.stringify(module)});
      const machine = await startMachine(${JSON.stringify(request(disk, directory))});
      await machine.console.waitFor(/guest runs/u, { timeoutMs: 60000 });
      console.log('up');
    `;
      const child = execa(process.execPath, ['--input-type=module', '--eval', program], {
        reject: false,
        env: { TMPDIR: directory },
      });
      await once(child.stdout, 'data');
      const running = async () => (await execa('pgrep', ['-f', `file=${disk}`], { reject: false })).stdout;
      expect(await running()).not.toBe('');
      child.kill('SIGKILL');
      await child;
      // The kernel ends QEMU as its parent dies; its process may take a moment to go.
      await vi.waitUntil(async () => (await running()) === '', { timeout: 10_000 });
    }),
  );
});
