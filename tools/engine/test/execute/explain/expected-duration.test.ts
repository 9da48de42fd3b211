import { expect, test } from 'vitest';
import { expectedDuration } from '../../../src/execute/explain/expected-duration.ts';
import type { ChainLink } from '../../../src/execute/steps/hook-chain.ts';

const links = (...paths: readonly string[]) => paths.map((path) => ({ hook: { path } }) as ChainLink);
const times = { hookMs: { 'install.d/10-a': 1000, 'install.d/20-b': 500 }, restMs: 100 };

test('the hooks that are left, and the work around them', () => {
  expect(expectedDuration(times, links('install.d/10-a', 'install.d/20-b'))).toEqual({ expectedMs: 1600 });
  expect(expectedDuration(times, links('install.d/20-b'))).toEqual({ expectedMs: 600 });
  expect(expectedDuration(times, [])).toEqual({ expectedMs: 100 });
});

test('a new hook among known ones counts as nothing; where most are new, nothing is said', () => {
  expect(expectedDuration(times, links('install.d/10-a', 'install.d/30-new'))).toEqual({ expectedMs: 1100 });
  expect(expectedDuration(times, links('install.d/10-a', 'install.d/1-n', 'install.d/2-n'))).toEqual({});
});

test('of a step that was never timed nothing is said', () => {
  expect(expectedDuration({}, links('install.d/10-a'))).toEqual({});
});
