import { expect, test } from 'vitest';
import { compareWithIndexes, type IndexOffer } from '../../../src/execute/locks/find-outdated.ts';

const installed = (name: string, version: string, architecture = 'amd64') => ({
  name,
  version,
  architecture,
});

const index = (name: string, ...packages: readonly (readonly [string, string, string?])[]): IndexOffer => ({
  name,
  url: `http://mirror/${name}/InRelease`,
  date: '2026-01-01T00:00:00.000Z',
  security: name.endsWith('-security'),
  packages: packages.map(([package_, version, architecture = 'amd64']) => ({
    name: package_,
    version,
    architecture,
  })),
});

test('what is newer, security updates first, and from where the newest is', () => {
  const report = compareWithIndexes(
    [
      installed('bash', '5.2-1'),
      installed('openssl', '3.0.9-1'),
      installed('curl', '7.88-1'),
      installed('tzdata', '2024a', 'all'),
      installed('agent', '1.0'),
    ],
    [
      index('bookworm', ['bash', '5.2-2'], ['openssl', '3.0.11-1'], ['curl', '7.88-1'], ['tzdata', '2024b']),
      index('bookworm-security', ['openssl', '3.0.10-1'], ['curl', '7.88-1~old']),
    ],
  );
  expect(
    report.outdated.map(({ name, available, index: from, security }) => [name, available, from, security]),
  ).toEqual([
    ['openssl', '3.0.11-1', 'bookworm', true],
    ['bash', '5.2-2', 'bookworm', false],
    ['tzdata', '2024b', 'bookworm', false],
  ]);
  expect(report.unknown).toEqual(['agent']);
  expect(report.indexes.map(({ name, security }) => [name, security])).toEqual([
    ['bookworm', false],
    ['bookworm-security', true],
  ]);
});

test('another architecture does not count', () => {
  const offers = [index('bookworm', ['libc6', '3', 'i386'], ['libc6', '2', 'amd64'])];
  const { outdated } = compareWithIndexes([installed('libc6', '2'), installed('libc6', '2', 'i386')], offers);
  expect(outdated).toMatchObject([{ architecture: 'i386', available: '3' }]);
});
