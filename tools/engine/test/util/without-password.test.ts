import { expect, it } from 'vitest';
import { withoutPassword } from '../../src/util/without-password.ts';

it.each([
  ['https://me:secret@example.org/a', 'https://example.org/a'],
  ['https://token@example.org/a', 'https://example.org/a'],
  ['https://example.org/a@b', 'https://example.org/a@b'],
  ['ssh://git:secret@example.org/a', 'ssh://git@example.org/a'],
  ['git+ssh://git@example.org/a', 'git+ssh://git@example.org/a'],
  ['git@example.org:a', 'git@example.org:a'],
  ['/srv/a', '/srv/a'],
])('%s is shown as %s', (location, shown) => expect(withoutPassword(location)).toBe(shown));
