import { expect, test } from 'vitest';
import { coloursThatAre } from '../../src/report/colours.ts';
import { collectionText, storeText, verificationText } from '../../src/report/store-text.ts';
import type { Digest } from '@kiln/engine/fingerprint/digest.ts';

test('what a store holds, as a table', () => {
  const text = storeText({
    directory: '/cache/kiln',
    limitBytes: 20_000_000_000,
    colours: coloursThatAre.off,
    survey: {
      kinds: [
        { kind: 'layers', count: 12, sizeBytes: 371_000_000, wantedBytes: 300_000_000 },
        { kind: 'sources', count: 0, sizeBytes: 0, wantedBytes: 0 },
      ],
      caches: [{ name: 'apt-debian', path: '', fileCount: 412, sizeBytes: 81_000_000, usedAt: 0 }],
      keysWithoutBlob: 2,
      totalBytes: 452_000_000,
    },
  });
  expect(text.split('\n')).toEqual([
    '/cache/kiln',
    '  kind              count    size  wanted by images',
    '  layers               12  371 MB            300 MB',
    '  cache apt-debian    412   81 MB',
    '  total                    452 MB  of at most 20 GB',
    '  2 keys lead to nothing any more; that is made again when it is needed',
    '',
  ]);
});

test('what a collection removed, why the rest is kept, and that it was careful beside a build', () => {
  const keptFor = { wantedBytes: 6, recentBytes: 0, cacheBytes: 4 };
  const collection = { removedBlobs: 3, removedKeys: 4, freedBytes: 1500, keptBytes: 10, keptFor } as const;
  expect(collectionText({ ...collection, removedCaches: [], mode: 'alone' })).toBe(
    'removed 3 blobs, 1.5 kB; 10 B kept: 6 B wanted by images, 4 B in package caches\n',
  );
  expect(collectionText({ ...collection, removedCaches: ['apt'], mode: 'beside-builds' })).toMatch(
    /^removed 3 blobs and 1 package caches.*\na build is running: /,
  );
});

test('a sound store and a damaged one', () => {
  const checked = { checkedBlobs: 2, checkedBytes: 10, keysWithoutBlob: [] };
  expect(verificationText({ ...checked, damaged: [] })).toBe('checked 2 blobs, 10 B: all sound\n');
  const damaged = [{ digest: 'abc' as Digest, keys: ['blob layer 1'] }];
  expect(verificationText({ ...checked, damaged })).toContain('1 damaged, and removed');
  expect(verificationText({ ...checked, damaged })).toContain('  abc (blob layer 1)\n');
});
