import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openWorkspace } from '../../src/app/workspace.ts';
import { elementPage } from '../../src/docs/element-page.ts';
import { elementPages, elementPagesFolder } from '../../src/docs/element-pages.ts';

const root = join(import.meta.dirname, '../../../..');

test("the reference of elements is up to date: else run 'npm run docs:reference'", () => {
  const pages = elementPages(openWorkspace(root, {}));
  const folder = join(root, elementPagesFolder);
  const written = readdirSync(folder);
  const stale = [...pages].filter(
    ([name, text]) => !written.includes(name) || readFileSync(join(folder, name), 'utf8') !== text,
  );
  expect(stale.map(([name]) => name)).toEqual([]);
  expect(written.filter((name) => !pages.has(name))).toEqual([]);
});

test('a page has the README, the hooks in order, packages and relations', () => {
  const page = elementPage({
    pages: new Set(['package-installs', 'shop']),
    readme:
      '# web\n\nServes pages.\n\n| variable | default | meaning |\n|---|---|---|\n| `WEB_PORT` | 80 | port |\n',
    element: {
      name: 'web',
      directory: '/elements/web',
      description: 'A web server',
      dependencies: ['package-installs', 'database'],
      neededBy: ['shop'],
      provides: ['http'],
      hooks: { install: ['10-web', '20-more'] },
      packages: [{ name: 'apache2', condition: 'pre-install.d' }],
      variables: [],
      secrets: [],
      hostTools: ['curl'],
      hostFiles: [],
      restorable: false,
      namedBy: ['box'],
      tests: ['tests/web.test.ts'],
    },
  });
  expect(page).toContain('# web\n\nA web server.\n\nServes pages.\n');
  expect(page).toContain('| `WEB_PORT` | 80 | port |');
  expect(page).toContain(
    '| depends on | [package-installs](package-installs.md), `database` |\n| needed by | [shop](shop.md) |',
  );
  expect(page).toContain('| `install.d` | `10-web`, `20-more` |');
  expect(page).toContain('| `apache2` | pre-install.d |');
  expect(page).toContain('| kept between builds | no: its phases run each time |');
  expect(page).not.toContain('files of the host');
});
