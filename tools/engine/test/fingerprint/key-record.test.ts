import { expect, test } from 'vitest';
import { compareKeyRecords, keyOf, type KeyRecord } from '../../src/fingerprint/key-record.ts';

const record = (inputs: Readonly<Record<string, string>>): KeyRecord => ({ version: 1, inputs });

test('the key of a record stays what it is: stores in use know results by it', () => {
  expect(keyOf(record({ 'environment DIB_RELEASE': 'bookworm', 'hook install.d/10-web': '755 3f' }))).toBe(
    '90e7c6df39967e82253479204e882ad09bbc940d008d978acb2a94f74bc52076',
  );
});

test('a key counts every name and value, and keeps them apart', () => {
  const records = [
    record({}),
    record({ a: '' }),
    record({ a: 'b' }),
    record({ ab: '' }),
    record({ a: 'b', c: 'd' }),
    record({ a: 'b c d' }),
    record({ 'a b': 'c', d: '' }),
    record({ a: 'b","c' }),
  ];
  expect(new Set(records.map(keyOf)).size).toBe(records.length);
});

test('the order in which inputs were gathered does not count', () => {
  expect(keyOf(record({ b: '2', a: '1', ä: '3' }))).toBe(keyOf(record({ ä: '3', a: '1', b: '2' })));
});

test('tells what differs between two records, by name in byte order', () => {
  const before = record({ same: '1', changed: '1', gone: '1' });
  const now = record({ same: '1', changed: '2', New: '1' });
  expect(compareKeyRecords(before, now)).toEqual([
    { name: 'New', before: undefined, now: '1' },
    { name: 'changed', before: '1', now: '2' },
    { name: 'gone', before: '1', now: undefined },
  ]);
});
