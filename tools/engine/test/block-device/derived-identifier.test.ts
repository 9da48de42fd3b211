import { expect, test } from 'vitest';
import { derivedHex, derivedUuid } from '../../src/block-device/derived-identifier.ts';

test('a UUID depends on the seed and the name, and carries the bits of version 4', () => {
  const uuid = derivedUuid('seed', 'root');
  expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(derivedUuid('seed', 'root')).toBe(uuid);
  expect(derivedUuid('seed', 'boot')).not.toBe(uuid);
  expect(derivedUuid('other', 'root')).not.toBe(uuid);
});

test('seed and name cannot run into each other', () => {
  expect(derivedHex('ab', 'c', 8)).not.toBe(derivedHex('a', 'bc', 8));
});
