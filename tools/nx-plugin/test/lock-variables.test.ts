import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWorkspace } from '@kiln/cli/app/workspace.ts';
import { describe, expect, it, onTestFinished } from 'vitest';
import { imagesToBuild, lockVariable, lockVariables } from '../src/lock-variables.ts';

describe('imagesToBuild', () => {
  const images = ['web', 'db'];
  const names = (line: string): readonly string[] =>
    imagesToBuild(line.split(' '), images).map(({ image, configuration }) =>
      configuration === undefined ? image : `${image}:${configuration}`,
    );

  it.each([
    ['run web:image', ['web']],
    ['run web:image:small', ['web:small']],
    ['run web:install -c small', ['web:small']],
    ['run web:install --configuration=small', ['web:small']],
    ['run-many -t image', ['web', 'db']],
    ['run-many -t image -p db', ['db']],
    ['run-many --targets=verify,boot --projects=web,db', ['web', 'db']],
    ['affected -t image --configuration small', ['web:small', 'db:small']],
    ['run web:lock', []],
    ['run web:lock --check', []],
    ['run element-base:lint', []],
    ['show projects', []],
  ])('nx %s', (line, expected) => expect(names(line)).toEqual(expected));
});

describe('lockVariables', () => {
  const entry = (kind: string, pin: object): object => ({
    kind,
    name: 'x',
    lockedAt: '2026-11-01T00:00:00Z',
    ...pin,
  });
  const apt = (letter: string): object =>
    entry('apt', { digest: letter.repeat(64), date: '2026-11-01T00:00:00Z' });
  const git = (digit: string): object =>
    entry('git', {
      location: 'https://example.org/x',
      ref: 'main',
      commit: digit.repeat(40),
      date: '2026-11-01T00:00:00Z',
    });

  async function variablesFor(...entries: readonly object[]): Promise<Readonly<Record<string, string>>> {
    const root = await mkdtemp(join(tmpdir(), 'kiln-nx-'));
    onTestFinished(() => rm(root, { recursive: true }));
    await mkdir(join(root, 'images/web'), { recursive: true });
    await writeFile(join(root, 'images/web/image.yaml'), 'elements: []\n');
    await writeFile(join(root, 'images/web/image.lock.json'), JSON.stringify({ formatVersion: 1, entries }));
    return lockVariables(openWorkspace(root, {}), ['run', 'web:image']);
  }

  it('change the step that takes the changed thing in, and no other', async () => {
    const before = await variablesFor(apt('a'), git('1'));
    const index = await variablesFor(apt('b'), git('1'));
    const commit = await variablesFor(apt('a'), git('2'));
    const [root = '', extraData = ''] = ['root', 'extra-data'].map((step) => lockVariable('web', step) ?? '');
    expect(Object.keys(before).toSorted()).toEqual([extraData, root].toSorted());
    expect([index[root] === before[root], index[extraData] === before[extraData]]).toEqual([false, true]);
    expect([commit[root] === before[root], commit[extraData] === before[extraData]]).toEqual([true, false]);
  });

  it('are no matter of when something was locked', async () => {
    expect(await variablesFor({ ...apt('a'), lockedAt: '2027-01-01T00:00:00Z' })).toEqual(
      await variablesFor(apt('a')),
    );
  });
});

it('lockVariable tells images apart whose names differ in one sign, and knows the steps without one', () => {
  expect(lockVariable('a-b', 'root')).not.toBe(lockVariable('a_b', 'root'));
  expect(lockVariable('a-b', 'root')).toMatch(/^\w+$/);
  expect(lockVariable('a', 'install')).toBeUndefined();
});
