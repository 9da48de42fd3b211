import { describe, expect, test } from 'vitest';
import type { Digest } from '../../src/fingerprint/digest.ts';
import { planCollection, type CollectionPolicy, type StoreListing } from '../../src/store/plan-collection.ts';

const day = 24 * 60 * 60 * 1000;
const now = 100 * day;
const nothing = { keys: new Set<string>(), digests: new Set<Digest>() };
const digest = (name: string): Digest => name as Digest;

/** Blobs by name: key, size, and how many days ago they were used. */
function listing(
  blobs: Readonly<Record<string, readonly [key: string, size: number, daysAgo: number]>>,
): StoreListing {
  return {
    entries: Object.entries(blobs).map(([name, [key]]) => ({
      key,
      digest: digest(name),
      committedAt: 0,
      metadata: null,
    })),
    blobs: Object.entries(blobs).map(([name, [, sizeBytes, daysAgo]]) => ({
      digest: digest(name),
      sizeBytes,
      usedAt: now - daysAgo * day,
    })),
    caches: [],
  };
}

function collect(store: StoreListing, policy: Partial<CollectionPolicy & { protectedSince: number }> = {}) {
  const plan = planCollection(store, {
    wanted: nothing,
    keepMs: 14 * day,
    limitBytes: undefined,
    now,
    protectedSince: Infinity,
    ...policy,
  });
  return { ...plan, gone: plan.blobs.map((blob) => blob.digest) };
}

const store = listing({
  fresh: ['blob layer 1', 10, 1],
  old: ['blob layer 2', 10, 30],
  wanted: ['artifact 3', 10, 30],
});

describe('age and want', () => {
  test('what was used lately or is wanted stays, by key or by digest', () => {
    expect(collect(store).gone).toEqual(['old', 'wanted']);
    expect(collect(store, { wanted: { ...nothing, keys: new Set(['artifact 3']) } }).gone).toEqual(['old']);
    expect(collect(store, { wanted: { ...nothing, digests: new Set([digest('old')]) } }).gone).toEqual([
      'wanted',
    ]);
  });

  test('what stays is told apart: wanted, or used lately', () => {
    expect(collect(store).wantedBytes).toBe(0);
    expect(collect(store, { wanted: { ...nothing, keys: new Set(['artifact 3']) } }).wantedBytes).toBe(10);
    const all = { ...nothing, digests: new Set([digest('wanted'), digest('old')]) };
    expect(collect(store, { wanted: all, limitBytes: 20 }).wantedBytes).toBe(20);
  });

  test('keys go with their blobs', () => {
    expect(collect(store).keys).toEqual(['blob layer 2', 'artifact 3']);
    expect(collect(store).keptKeys).toEqual(['blob layer 1']);
  });

  test('a wanted key stays without its blob: what it says is worth keeping', () => {
    const entry = { key: 'step 9', digest: digest('gone'), committedAt: 0, metadata: null };
    const plan = collect(
      { ...store, entries: [entry] },
      { wanted: { ...nothing, keys: new Set(['step 9']) } },
    );
    expect(plan.keys).toEqual([]);
  });

  test('a note of an image that is gone goes, even if its blob stays', () => {
    const note = { key: 'last /dist/web step root', digest: digest('fresh'), committedAt: 0, metadata: null };
    expect(collect({ ...store, entries: [note] }).keys).toEqual([note.key]);
  });
});

describe('a limit', () => {
  const all = { keys: new Set(['blob layer 2', 'checkpoint 4', 'artifact 3']), digests: new Set<Digest>() };
  const full = listing({
    unwanted: ['blob layer 1', 10, 1],
    layer: ['blob layer 2', 10, 3],
    artifact: ['artifact 3', 10, 2],
    checkpoint: ['checkpoint 4', 10, 1],
  });

  test('within it nothing goes', () => {
    expect(collect(full, { wanted: all, limitBytes: 40 }).gone).toEqual([]);
  });

  test('above it what is not wanted goes first, then what is cheap to make again', () => {
    expect(collect(full, { wanted: all, limitBytes: 39 }).gone).toEqual(['unwanted']);
    expect(collect(full, { wanted: all, limitBytes: 25 }).gone).toEqual(['unwanted', 'checkpoint']);
    expect(collect(full, { wanted: all, limitBytes: 10 }).gone).toEqual([
      'unwanted',
      'artifact',
      'checkpoint',
    ]);
  });

  test('of equals the least recently used goes', () => {
    const equals = listing({ newer: ['blob layer 1', 10, 1], older: ['blob layer 2', 10, 2] });
    expect(collect(equals, { limitBytes: 10 }).gone).toEqual(['older']);
  });

  test('package caches count too, go last, and as a whole', () => {
    const cache = { name: 'apt', path: '/caches/apt', fileCount: 3, sizeBytes: 100, usedAt: now - day };
    const plan = collect({ ...full, caches: [cache] }, { wanted: all, limitBytes: 100 });
    expect(plan.gone).toHaveLength(4);
    expect(plan.caches).toEqual([]);
    expect(collect({ ...full, caches: [cache] }, { wanted: all, limitBytes: 99 }).caches).toEqual([cache]);
  });
});

test('beside builds, what was used since the oldest of them may have begun stays, whatever is asked', () => {
  const protectedSince = now - 2 * day;
  const everything = collect(store, { keepMs: -day, protectedSince, limitBytes: 0 });
  expect(everything.gone).toEqual(['old', 'wanted']);
});
