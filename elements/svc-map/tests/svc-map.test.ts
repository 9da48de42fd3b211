import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const web = {
  'svc-map': 'web-server:\n  debian: apache2\n  redhat: httpd\n  default: web\n',
  'install.d/50-ask': 'svc-map web-server ssh >/answer\n',
};

elementTest('translates services; those that are there go by their own names', async (element) => {
  const answer = async (environment: Readonly<Record<string, string>>, files = {}) =>
    (await element.run({ elements: { web }, with: ['web'], environment, files })).tree.read('/answer');
  expect(await answer({})).toBe('apache2\nssh\n');
  expect(await answer({ DISTRO_NAME: 'rocky' })).toBe('httpd\nssh\n');
  expect(await answer({}, { '/lib/systemd/system/web-server.service': '' })).toBe('web-server\nssh\n');
});
