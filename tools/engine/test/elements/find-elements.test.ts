import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findElements } from '../../src/elements/find-elements.ts';
import { temporaryFolder, writeTree } from './element-fixture.ts';

describe('findElements', () => {
  it('takes every sub-folder as an element, hidden ones and files aside, in byte order', () => {
    const root = writeTree(temporaryFolder(), {
      'vm/': '',
      'base/': '',
      'Zope/': '',
      '.git/': '',
      'README.md': '',
    });
    const found = findElements([root]);
    expect(found.ok && [...found.value.keys()]).toEqual(['Zope', 'base', 'vm']);
  });

  it('prefers the earlier folder of the path', () => {
    const root = writeTree(temporaryFolder(), { 'mine/base/': '', 'theirs/base/': '', 'theirs/vm/': '' });
    const found = findElements([join(root, 'mine'), join(root, 'theirs')]);
    expect(found.ok && [...found.value]).toEqual([
      ['base', join(root, 'mine/base')],
      ['vm', join(root, 'theirs/vm')],
    ]);
  });

  it('names a linked element after the folder behind the link', () => {
    const root = writeTree(temporaryFolder(), {
      'real/agent/': '',
      'path/alias': { link: '../real/agent' },
      'path/broken': { link: 'nowhere' },
      'path/loop': { link: 'loop' },
      'path/text': { link: '../file' },
      file: '',
    });
    const found = findElements([join(root, 'path')]);
    expect(found.ok && [...found.value]).toEqual([['agent', join(root, 'real/agent')]]);
  });

  it('prefers a real folder to a link within one entry', () => {
    const root = writeTree(temporaryFolder(), {
      'other/b/': '',
      'path/a': { link: '../other/b' },
      'path/b/': '',
    });
    const found = findElements([join(root, 'path')]);
    expect(found.ok && found.value.get('b')).toBe(join(root, 'path/b'));
  });

  it('reports every entry that is no folder', () => {
    const root = writeTree(temporaryFolder(), { file: '' });
    const found = findElements([join(root, 'file'), root, join(root, 'missing')]);
    expect(found).toEqual({
      ok: false,
      failures: [
        { code: 'element-path-not-a-directory', entry: join(root, 'file') },
        { code: 'element-path-not-a-directory', entry: join(root, 'missing') },
      ],
    });
  });
});
