import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const map = JSON.stringify({
  family: { redhat: { web: 'httpd' } },
  distro: { debian: { web: 'apache2', gone: '' } },
  release: { debian: { trixie: { web: 'apache2-trixie' } } },
  default: { web: 'web-server' },
});

elementTest('translates by release, distribution, family and default, the nearest first', async (element) => {
  const ask = 'pkg-map --element web web >/answer; pkg-map --element web --missing-ok gone other >>/answer\n';
  const elements = { web: { 'pkg-map': map, 'install.d/50-ask': ask } };
  const answer = async (environment: Readonly<Record<string, string>>) =>
    (await element.run({ elements, with: ['web'], environment })).tree.read('/answer');
  expect(await answer({})).toBe('apache2\nother\n');
  expect(await answer({ DIB_RELEASE: 'trixie' })).toBe('apache2-trixie\nother\n');
  expect(await answer({ DISTRO_NAME: 'rocky' })).toMatch(/^httpd\n/);
  expect(await answer({ DISTRO_NAME: 'gentoo' })).toMatch(/^web-server\n/);
});

elementTest('a name that the map lacks is an error', async (element) => {
  const elements = { web: { 'pkg-map': map, 'install.d/50-ask': 'pkg-map --element web unknown\n' } };
  const failed = await element.expectFailure({ elements, with: ['web'] });
  expect(failed.hook).toBe('install.d/50-ask');
  expect(failed.message).toMatch(/unknown/);
});
