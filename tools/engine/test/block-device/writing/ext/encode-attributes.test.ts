import { expect, test } from 'vitest';
import { encodeAttributes } from '../../../../src/block-device/writing/ext/encode-attributes.ts';

const room = 96;

test('what fits lies in the inode, the rest in a block', () => {
  const small = encodeAttributes([['security.capability', Buffer.alloc(20, 1)]], room);
  expect(small?.place).toBe('inode');
  const large = encodeAttributes([['user.note', Buffer.alloc(200, 1)]], room);
  expect(large?.place === 'block' && large.bytes.length).toBe(4096);
});

test('what ext4 cannot keep is told', () => {
  expect(encodeAttributes([['user.note', Buffer.alloc(5000)]], room)).toBeUndefined();
  expect(encodeAttributes([['bogus.note', Buffer.from('x')]], room)).toBeUndefined();
});

test('an access list keeps identifiers of named users and groups only', () => {
  const entry = (tag: number, permissions: number, id: number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt16LE(tag, 0);
    bytes.writeUInt16LE(permissions, 2);
    bytes.writeUInt32LE(id, 4);
    return bytes;
  };
  const told = Buffer.concat([
    Buffer.from([2, 0, 0, 0]),
    entry(1, 7, ~0 >>> 0),
    entry(2, 6, 1234),
    entry(4, 5, ~0 >>> 0),
    entry(0x20, 4, ~0 >>> 0),
  ]);
  const encoded = encodeAttributes([['system.posix_acl_access', told]], room);
  if (encoded?.place !== 'inode') throw new Error('not in the inode');
  const value = encoded.bytes.subarray(-24);
  expect(value.toString('hex')).toBe('0100000001000700020006' + '00d2040000' + '04000500' + '20000400');
});
