import { expect, test } from 'vitest';
import { compareFiles } from '../../src/diff/compare-files.ts';
import type { ComparedFile, ComparedTree } from '../../src/diff/compared-tree.ts';

const file = (content: string, changes: Partial<ComparedFile> = {}) => ({
  content,
  facts: {
    kind: 'file' as const,
    mode: '0644',
    owner: '0:0',
    sizeBytes: content.length,
    target: '',
    ...changes,
  },
});

/** A tree in memory that notes which contents were asked for. */
function treeOf(files: Readonly<Record<string, ReturnType<typeof file>>>) {
  const asked: string[] = [];
  const tree: ComparedTree = {
    files: new Map(Object.entries(files).map(([path, { facts }]) => [path, facts])),
    digests: async (paths) => {
      asked.push(...paths);
      return new Map(paths.map((path) => [path, `digest of ${files[path]?.content}`]));
    },
  };
  return { tree, asked };
}

test('equal trees differ in nothing', async () => {
  const files = { '/a': file('same'), '/b': file('', { kind: 'symlink', target: 'a', sizeBytes: 0 }) };
  expect(await compareFiles(treeOf(files).tree, treeOf(files).tree)).toEqual([]);
});

test('added, removed, other size, other bytes of the same size, other mode, other owner, other link', async () => {
  const link = (target: string) => file('', { kind: 'symlink', target, sizeBytes: 0 });
  const before = treeOf({
    '/removed': file('x'),
    '/size': file('short'),
    '/bytes': file('aaaa'),
    '/mode': file('x'),
    '/owner': file('x'),
    '/link': link('a'),
    '/same': file('x'),
  });
  const after = treeOf({
    '/added': file('x'),
    '/size': file('longer'),
    '/bytes': file('bbbb'),
    '/mode': file('x', { mode: '4755' }),
    '/owner': file('x', { owner: '33:33' }),
    '/link': link('b'),
    '/same': file('x'),
  });
  const differences = await compareFiles(before.tree, after.tree);
  expect(differences.map(({ path, content }) => [path, content])).toEqual([
    ['/added', 'differs'],
    ['/bytes', 'differs'],
    ['/link', 'differs'],
    ['/mode', 'same'],
    ['/owner', 'same'],
    ['/removed', 'differs'],
    ['/size', 'differs'],
  ]);
  expect(differences.find(({ path }) => path === '/added')).toMatchObject({ before: null });
  expect(differences.find(({ path }) => path === '/removed')).toMatchObject({ after: null });
});

test('contents are read only where sizes are equal', async () => {
  const before = treeOf({ '/a': file('1'), '/b': file('22') });
  const after = treeOf({ '/a': file('2'), '/b': file('333'), '/c': file('4') });
  await compareFiles(before.tree, after.tree);
  expect([before.asked, after.asked]).toEqual([['/a'], ['/a']]);
});
