import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readNamedFiles } from '../../src/execute/read-named-files.ts';
import { planBuild } from '../../src/plan/plan-build.ts';
import { elementOf, script, temporaryFolder, writeTree } from '../elements/element-fixture.ts';
import { imageOf, os, sources } from '../plan/plan-fixture.ts';

const element = elementOf('web', {
  'install.d/10-web': script('use "$WEB_SOURCES" "$WEB_CONFIG"'),
  'post-install.d/10-web': script('true'),
});

async function factOf(value: string): Promise<string | undefined> {
  return (await readNamedFiles([element], { WEB_SOURCES: value, OTHER_FILE: value }))['$WEB_SOURCES'];
}

test('a file counts by its content, by path or address, alone or among others', async () => {
  const folder = writeTree(temporaryFolder(), { 'a b': 'one', c: 'two' });
  const file = join(folder, 'a b');
  const before = await factOf(file);
  expect(before).toMatch(/^[0-9a-f]{64}$/);
  expect(await factOf(`file://${folder}/a%20b`)).toBe(before);
  expect(await factOf(`${folder}/c,file://${folder}/a%20b`)).toMatch(/^[0-9a-f]{64}$/);
  writeTree(folder, { 'a b': 'changed' });
  expect(await factOf(file)).not.toBe(before);
});

test('the file of a secret counts by a digest that is slow to guess from', async () => {
  const reader = elementOf('web', { 'extra-data.d/10-w': script('head -n 1 "$WEB_PASSWORD_FILE"') });
  const folder = writeTree(temporaryFolder(), { word: 'opensesame\n' });
  const fact = async () =>
    (await readNamedFiles([reader], { WEB_PASSWORD_FILE: join(folder, 'word') }))['$WEB_PASSWORD_FILE'];
  const before = await fact();
  expect(before).toMatch(/^secret [0-9a-f]{64}$/);
  writeTree(folder, { word: 'changed\n' });
  expect(await fact()).not.toBe(before);
});

test('what is no file of the host counts for nothing more than its value', async () => {
  for (const value of ['', '/no/such/file', 'bookworm', 'https://example.org/x', 'file://%zz'])
    expect(await factOf(value)).toBeUndefined();
});

test('a folder counts by its files, wherever they are in it; one that holds too much is not read', async () => {
  const folder = writeTree(temporaryFolder(), { 'a/b': 'one', c: 'two' });
  const before = await factOf(folder);
  writeTree(folder, { 'a/b': 'changed' });
  expect(await factOf(folder)).not.toBe(before);
  const many = Object.fromEntries(Array.from({ length: 2001 }, (_, index) => [`${index}`, '']));
  expect(await factOf(writeTree(temporaryFolder(), many))).toBe('too much to read');
});

test('where a source repository lies is not looked at: the lock has its commit', async () => {
  const reader = elementOf('agent', { 'extra-data.d/10-a': script('use "$DIB_REPOLOCATION_agent"') });
  const folder = writeTree(temporaryFolder(), { a: 'one' });
  expect(await readNamedFiles([reader], { DIB_REPOLOCATION_agent: folder })).toEqual({});
});

test('folders that Kiln puts others in the place of are not looked at', async () => {
  const folder = writeTree(temporaryFolder(), { a: '' });
  const mentions = elementOf('web', { 'install.d/10-web': script('ls "$DIB_IMAGE_CACHE" "$ELEMENTS_PATH"') });
  const facts = await readNamedFiles([mentions], { DIB_IMAGE_CACHE: folder, ELEMENTS_PATH: folder });
  expect(facts).toEqual({});
});

test('a step that sees a folder that was not read is not restored; no other step is touched', () => {
  const user = { WEB_SOURCES: '/large' };
  const host = { $WEB_SOURCES: 'too much to read' };
  const { steps } = planBuild(imageOf([os, element]), { ...sources, user, host });
  expect(steps.filter(({ restorable }) => !restorable).map(({ name }) => name)).toEqual(['install']);
  expect(steps.find(({ name }) => name === 'install')?.inputs['host $WEB_SOURCES']).toBe('too much to read');
});
