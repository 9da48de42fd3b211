import { spawnSync } from 'node:child_process';
import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect, test } from 'vitest';

elementTest('pip asks the index that the build serves, as often as the user says', async (element) => {
  const built = await element.run({
    without: ['pypi/lock.d'],
    environment: { DIB_PIP_RETRIES: '7', KILN_PACKAGE_INDEX: 'http://127.0.0.1:8000/simple/' },
    observe: ['PIP_INDEX_URL', 'PIP_RETRIES', 'PIP_DISABLE_PIP_VERSION_CHECK'],
  });
  expect(built.variables).toEqual({
    PIP_INDEX_URL: 'http://127.0.0.1:8000/simple/',
    PIP_RETRIES: '7',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
  });
});

/** The indexes that the lock's script tells, with the variables of a user. */
function indexes(variables: Readonly<Record<string, string>>): readonly string[] {
  const script = new URL('../lock.d/40-package-indexes', import.meta.url).pathname;
  const env = { PATH: '/usr/bin:/bin', ...variables };
  const { stdout, stderr, status } = spawnSync(script, { encoding: 'utf8', env });
  expect([status, stderr]).toEqual([0, '']);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const { kind, location } = JSON.parse(line) as { kind: string; location: string };
      expect(kind).toBe('package-index');
      return location;
    });
}

test('mirrors that are named are the only indexes, in the order of their names', () => {
  const named = {
    DIB_PYPI_MIRROR_URL_1: 'http://second.example/simple',
    DIB_PYPI_MIRROR_URL: 'http://first.example/simple',
    PYPI_MIRROR_URL: 'http://third.example/"simple"',
    PIP_INDEX_URL: 'http://other.example/simple',
  };
  const second = 'http://second.example/simple';
  expect(indexes(named)).toEqual(['http://first.example/simple', second, 'http://third.example/"simple"']);
});

test('without any, they are those that pip is told of', () => {
  const told = {
    PIP_INDEX_URL: 'http://a.example/simple',
    PIP_EXTRA_INDEX_URL: 'http://b.example http://c.example',
  };
  expect(indexes(told)).toEqual(['http://a.example/simple', 'http://b.example', 'http://c.example']);
});
