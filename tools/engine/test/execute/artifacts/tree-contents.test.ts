import { expect, test } from 'vitest';
import { parsePackages, parsePython, parseRelease } from '../../../src/execute/artifacts/tree-contents.ts';

const stanza = (fields: Readonly<Record<string, string>>): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');

test('installed packages, held ones too, with the source that they were built from', () => {
  const common = { Status: 'install ok installed', Architecture: 'amd64' };
  const text = [
    stanza({ Package: 'libc6', ...common, Source: 'glibc', Version: '2.36-9' }),
    stanza({ Package: 'curl', ...common, Status: 'hold ok installed', Version: '7.88.1-10' }),
    stanza({ Package: 'gone', ...common, Status: 'deinstall ok config-files', Version: '1' }),
  ].join('\n');
  expect(parsePackages(text)).toEqual([
    { name: 'curl', version: '7.88.1-10', architecture: 'amd64' },
    { name: 'libc6', version: '2.36-9', architecture: 'amd64', source: 'glibc' },
  ]);
  expect(parsePackages('')).toEqual([]);
});

test('Python distributions by the first name and version of their metadata', () => {
  const lines = [
    './opt/venv/lib/python3.11/site-packages/octavia-15.0.0.dist-info/METADATA:Name: octavia',
    './opt/venv/lib/python3.11/site-packages/octavia-15.0.0.dist-info/METADATA:Version: 15.0.0',
    './usr/local/lib/python3.11/dist-packages/half.egg-info/PKG-INFO:Name: half',
  ];
  expect(parsePython(lines.join('\n'))).toEqual([
    {
      name: 'octavia',
      version: '15.0.0',
      path: '/opt/venv/lib/python3.11/site-packages/octavia-15.0.0.dist-info',
    },
  ]);
});

test('the release, quoted or not', () => {
  const text =
    'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\nID=debian\n';
  expect(parseRelease(text)).toEqual({ id: 'debian', versionId: '12', codename: 'bookworm' });
  expect(parseRelease('')).toBeUndefined();
});
