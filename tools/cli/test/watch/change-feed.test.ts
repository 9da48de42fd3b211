import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createChangeFeed } from '../../src/watch/change-feed.ts';

const never = new AbortController().signal;

async function watched(counts: (path: string) => boolean = () => true) {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-watch-'));
  await mkdir(join(folder, 'one'));
  await mkdir(join(folder, 'two'));
  await writeFile(join(folder, 'one/hook'), 'a');
  const feed = createChangeFeed(counts);
  onTestFinished(async () => {
    await feed.close();
    await rm(folder, { recursive: true });
  });
  await feed.setPaths([join(folder, 'one')]);
  return { feed, at: (path: string) => join(folder, path) };
}

test('a written file, a new one in a new folder, and a changed mode are changes', async () => {
  const { feed, at } = await watched();
  await writeFile(at('one/hook'), 'b');
  expect(await feed.next(never)).toEqual([at('one/hook')]);
  await mkdir(at('one/new.d'));
  await writeFile(at('one/new.d/10-x'), 'x');
  expect(await feed.next(never)).toContain(at('one/new.d/10-x'));
  await chmod(at('one/hook'), 0o755);
  expect(await feed.next(never)).toEqual([at('one/hook')]);
});

test('what does not count is no change', async () => {
  const { feed, at } = await watched((path) => !path.endsWith('README'));
  await writeFile(at('one/README'), 'x');
  await writeFile(at('one/hook'), 'b');
  expect(await feed.next(never)).toEqual([at('one/hook')]);
});

test('other folders can be watched, and the first no more', async () => {
  const { feed, at } = await watched();
  await feed.setPaths([at('two')]);
  await writeFile(at('one/hook'), 'b');
  await writeFile(at('two/hook'), 'c');
  expect(await feed.next(never)).toContain(at('two/hook'));
});
