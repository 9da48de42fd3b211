import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRunner } from '../../src/sandbox/command-runner.ts';
import { scratchPath } from '../../src/store/scratch-path.ts';
import { openWorkFolder, sweepWorkFolders } from '../../src/store/work-folder.ts';
import { temporaryFolder } from '../elements/element-fixture.ts';

const run = createRunner([]);

/** What another process, which is gone, would have made: no process has so high a number (proc_sys_kernel(5)). */
const ofTheDead = (path: string): string => path.replace(`-${process.pid}-`, '-99999999-');

test('a folder at work is left alone, and is gone once it is closed', async () => {
  const parent = temporaryFolder();
  const folder = await openWorkFolder(parent, run);
  expect(await sweepWorkFolders(parent, run)).toBe(0);
  expect(existsSync(join(folder.path, 'lock'))).toBe(true);
  await folder.close();
  expect(readdirSync(parent)).toEqual([]);
});

test('a folder that is being removed is no other sweep’s, though its lock goes first', async () => {
  const parent = temporaryFolder();
  let swept: number | undefined;
  const folder = await openWorkFolder(parent, async (command, options) => {
    for (const name of readdirSync(parent)) rmSync(join(parent, name, 'lock'));
    swept = await sweepWorkFolders(parent, run);
    return run(command, options);
  });
  await folder.close();
  expect(swept).toBe(0);
  expect(readdirSync(parent)).toEqual([]);
});

test('a folder without a lock holder is swept', async () => {
  const parent = temporaryFolder();
  mkdirSync(join(parent, 'step-abcdef/upper'), { recursive: true });
  writeFileSync(join(parent, 'step-abcdef/lock'), '');
  expect(await sweepWorkFolders(parent, run)).toBe(1);
  expect(readdirSync(parent)).toEqual([]);
});

test('what a process was about to lock or to store goes when the process is gone, and not before', async () => {
  const parent = temporaryFolder();
  const living = scratchPath(parent, 'bytes');
  const dead = ofTheDead(scratchPath(parent, 'bytes'));
  const deadFolder = ofTheDead(`${scratchPath(parent, 'new')}-abcdef`);
  for (const file of [living, dead]) writeFileSync(file, '');
  mkdirSync(deadFolder);
  expect(await sweepWorkFolders(parent, run)).toBe(2);
  expect(readdirSync(parent)).toEqual([living.slice(parent.length + 1)]);
});

test('what a process of another PID namespace made is judged by its age', async () => {
  const parent = temporaryFolder();
  const [old, young] = ['fetch-1-5-1', 'fetch-1-5-2'].map((name) => join(parent, name));
  for (const file of [old, young]) writeFileSync(file ?? '', '');
  const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 60 * 60;
  utimesSync(old ?? '', twoDaysAgo, twoDaysAgo);
  await sweepWorkFolders(parent, run);
  expect(readdirSync(parent)).toEqual(['fetch-1-5-2']);
});

test('names of scratch files differ', () => {
  expect(new Set(Array.from({ length: 100 }, () => scratchPath('/work', 'bytes'))).size).toBe(100);
});
