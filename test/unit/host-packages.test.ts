import { expect, test } from 'vitest';
import { filesBelow, packageSources, readText } from './source-files.ts';

/** Every Debian has them, or setup.sh itself could not run. */
const essential = ['apt', 'coreutils', 'gzip', 'tar'];

const listed = readText('tools/setup/host-packages.txt')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split(/\s+/));

test('each line has a package, a way to see it, and a purpose', () => {
  expect(listed.filter((words) => words.length < 3)).toEqual([]);
  const names = listed.map(([name]) => name);
  expect(names).toEqual([...new Set(names)]);
});

test('whatever the engine and the elements tell a user to install is on the list', () => {
  const named = [
    ...packageSources().flatMap((path) =>
      [...readText(path).matchAll(/debianPackage: '([^']+)'/g)].map((it) => it[1]),
    ),
    ...filesBelow('elements')
      .filter((path) => path.endsWith('/element.yaml'))
      .flatMap((path) => [...readText(path).matchAll(/\bpackage: ([a-z0-9.+-]+)/g)].map((it) => it[1])),
  ];
  const optional =
    /^# Optional[^:]*: (.*)$/m.exec(readText('tools/setup/host-packages.txt'))?.[1]?.split(' ') ?? [];
  const names = new Set([...listed.map(([name]) => name), ...optional, ...essential]);
  expect([...new Set(named)].filter((name) => !names.has(name))).toEqual([]);
});
