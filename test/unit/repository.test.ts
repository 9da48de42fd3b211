import { expect, test } from 'vitest';
import { filesBelow, readText, workspaceRoot } from './source-files.ts';

const mostLines = 400;
const texts = filesBelow('.').filter((path) => !/\.(gz|xz|png|bin|raw|qcow2|erofs)$/.test(path));

/** Hosts that serve packages: which of them is used is a matter of the host's configuration and of the lock. */
const mirrorHost = new RegExp(
  [
    String.raw`\b[\w-]+(\.[\w-]+)*\.(debian|ubuntu|fedoraproject|centos|opensuse|rockylinux|almalinux)\.(org|com|net)\b(?=[/:]?)`,
    String.raw`\bregistry\.(npmjs|yarnpkg)\.(org|com)\b`,
    String.raw`\b(files\.pythonhosted|pypi|download\.opensuse)\.org\b`,
  ].join('|'),
  'i',
);

test('no file names a mirror or a package registry', () => {
  const naming = texts.flatMap((path) => {
    const found = mirrorHost.exec(readText(path));
    return found === null ? [] : [`${path}: ${found[0]}`];
  });
  expect(naming).toEqual([]);
});

test('no file names the folder of this checkout', () => {
  // A checkout at /src would be found in every second file.
  if (workspaceRoot.split('/').length < 3) return;
  expect(texts.filter((path) => readText(path).includes(workspaceRoot))).toEqual([]);
});

test(`no source has more than ${mostLines} lines`, () => {
  const long = texts
    .filter((path) => /^(tools|test)\/.*\.(ts|mjs|sh)$/.test(path))
    .map((path) => ({ path, lines: readText(path).split('\n').length - 1 }))
    .filter((it) => it.lines > mostLines);
  expect(long).toEqual([]);
});

test('sources are named in kebab-case', () => {
  const named = texts
    .filter((path) => /^(tools|test)\/.*\.ts$/.test(path))
    .map((path) => path.split('/').at(-1) ?? '');
  expect(named.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.(test|config|d))?\.ts$/.test(name))).toEqual([]);
});
