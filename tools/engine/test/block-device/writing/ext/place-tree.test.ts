import { expect, test } from 'vitest';
import { BlockMap, NoBlockLeft } from '../../../../src/block-device/writing/ext/block-map.ts';
import type { ListedEntry } from '../../../../src/block-device/writing/ext/list-tree.ts';
import { placeTree, type PlacedTree } from '../../../../src/block-device/writing/ext/place-tree.ts';
import { numberTree, type TreeNode } from '../../../../src/block-device/writing/ext/tree-nodes.ts';

function entry(path: string, more: Partial<ListedEntry> = {}): ListedEntry {
  return {
    path,
    mode: path === '' ? 0o040755 : 0o100644,
    uid: 0,
    gid: 0,
    sizeBytes: 0,
    takenBytes: 0,
    modifiedSeconds: 0,
    links: 1,
    identity: `1:${path}`,
    device: { major: 0, minor: 0 },
    target: '',
    attributes: [],
    ...more,
  };
}

function numbered(entries: readonly ListedEntry[]): readonly TreeNode[] {
  const nodes = numberTree([entry(''), ...entries], {
    foldersBefore: new Map([
      ['', { inode: 2, blocks: [{ fileBlock: 0, block: 90, blocks: 1 }] }],
      ['lost+found', { inode: 11, blocks: [{ fileBlock: 0, block: 91, blocks: 4 }] }],
    ]),
    firstFreeInode: 12,
    attributeRoom: 96,
    epochSeconds: 7,
  });
  if (nodes === undefined) throw new Error('not numbered');
  return nodes;
}

function place(entries: readonly ListedEntry[], blocks: number): ReadonlyMap<string, readonly number[]> {
  const map = new BlockMap(blocks);
  map.mark(0, 100);
  const placed: PlacedTree = placeTree({
    nodes: numbered(entries),
    map,
    hasChecksums: true,
    dataOf: ({ sizeBytes }) => [{ fileBlock: 0, blocks: Math.ceil(sizeBytes / 4096) }],
    cluster: { blocks: 16, firstBlock: 5 },
  });
  const taken = [...placed.runs].filter(([node]) => node.kind === 'file');
  return new Map(
    taken.map(([node, runs]) => [
      node.entry.path,
      runs.flatMap(({ block, blocks: count }) => Array.from({ length: count }, (_, index) => block + index)),
    ]),
  );
}

const files = Array.from({ length: 400 }, (_, index) =>
  entry(`file ${index}`, { sizeBytes: (index % 9) * 4096 + 1 }),
);

/** What of a cluster each file takes: equal content of clusters follows. */
const phases = (placed: ReadonlyMap<string, readonly number[]>) =>
  new Map([...placed].map(([path, blocks]) => [path, blocks.map((block) => (block + 5) % 16).join(' ')]));

test('a file that grows moves its bin only; all others keep their place in their clusters', () => {
  const before = phases(place(files, 20_000));
  const grown = files.map((file) => (file.path === 'file 200' ? { ...file, sizeBytes: 7 * 4096 } : file));
  const after = phases(place(grown, 20_000));
  const moved = [...after].filter(([path, phase]) => before.get(path) !== phase).map(([path]) => path);
  expect(moved).toContain('file 200');
  expect(moved.length).toBeLessThan(100);
});

test('no block is given twice, and those that were taken stay', () => {
  const blocks = [...place(files, 20_000).values()].flat();
  expect(new Set(blocks).size).toBe(blocks.length);
  expect(Math.min(...blocks)).toBeGreaterThanOrEqual(100);
});

test('a filesystem that is too tight for bins is filled without gaps, and no further', () => {
  const wanted = [...place(files, 20_000).values()].flat().length;
  // The names of so many files take a second block of the top folder.
  const first = 101;
  const tight = [...place(files, first + wanted).values()].flat();
  expect(tight.toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: wanted }, (_, index) => first + index),
  );
  expect(() => place(files, first + wanted - 1)).toThrow(NoBlockLeft);
});

test('blocks in the way split a file; what follows lies in its cluster as if they were not there', () => {
  const map = new BlockMap(1000);
  map.mark(40, 3);
  map.align(16, 0);
  expect(map.take(0, 39, 16)).toEqual([{ fileBlock: 0, block: 0, blocks: 39 }]);
  expect(map.take(0, 3, 16)).toEqual([
    { fileBlock: 0, block: 39, blocks: 1 },
    { fileBlock: 1, block: 56, blocks: 2 },
  ]);
});

test('all names of a file are one inode; folders count those that lead to them', () => {
  const nodes = numbered([
    entry('a', { links: 2, identity: '1:9' }),
    entry('d', { mode: 0o040755 }),
    entry('d/b', { links: 2, identity: '1:9' }),
    entry('d/e', { mode: 0o040755 }),
  ]);
  const facts = nodes.map(({ entry: { path }, inode, links, names }) => [
    path,
    inode,
    links,
    names.map((name) => `${name.name}=${name.inode}`).join(' '),
  ]);
  expect(facts).toEqual([
    ['', 2, 4, '.=2 ..=2 a=12 d=13 lost+found=11'],
    ['lost+found', 11, 2, '.=11 ..=2'],
    ['a', 12, 2, ''],
    ['d', 13, 3, '.=13 ..=2 b=12 e=14'],
    ['d/e', 14, 2, '.=14 ..=13'],
  ]);
});
