import { expect, it } from 'vitest';
import { describeAge, describeSources } from '../../../src/execute/artifacts/describe-sources.ts';
import type { LockEntry } from '../../../src/lock/image-lock.ts';
import type { LockedThing } from '../../../src/lock/lock-request.ts';
import { agent, constraints, security } from '../../lock/lock-entries.ts';

const thing = (entry: LockEntry): LockedThing => ({
  request: { kind: 'file', name: entry.name, location: '', step: 'root' },
  entry,
});

it('describes what was taken in, in order', () => {
  expect(describeSources([thing(agent), thing(constraints), thing(security)])).toEqual({
    'apt stable-security': `sha256:${'a'.repeat(64)} (2026-11-17T00:00:00Z)`,
    'file constraints': `sha256:${'c'.repeat(64)}`,
    'git agent': `${'1'.repeat(40)} 2.0 (2026-11-01T00:00:00Z)`,
  });
});

it('tells the age of the newest index', () => {
  const at = (date: string): string | undefined =>
    describeAge([thing(security), thing({ ...security, date: '2026-11-10T00:00:00Z' })], Date.parse(date));
  expect(at('2026-11-17T12:00:00Z')).toBe('packages as of 2026-11-17, today');
  expect(at('2026-11-18T12:00:00Z')).toBe('packages as of 2026-11-17, 1 day ago');
  expect(at('2026-12-17T00:00:00Z')).toBe('packages as of 2026-11-17, 30 days ago');
  expect(describeAge([thing(agent)], 0)).toBeUndefined();
});
