import { describe, expect, it } from 'vitest';
import { mergeHooks } from '../../src/elements/merge-hooks.ts';
import { elementOf, script, type TreeFixture } from './element-fixture.ts';

function merge(trees: Readonly<Record<string, TreeFixture>>) {
  const elements = Object.entries(trees).map(([name, tree]) => elementOf(name, tree));
  const merged = mergeHooks(elements);
  expect(mergeHooks(elements.toReversed())).toEqual(merged);
  return merged;
}

const contents = (merged: ReturnType<typeof merge>) =>
  Object.fromEntries(merged.files.map((file) => [file.path, `${file.element}: ${file.content.toString()}`]));

describe('mergeHooks', () => {
  it('lays folders together and keeps modes, kinds and origins', () => {
    const merged = merge({
      web: { 'install.d/10-web': script(), 'static/link': { link: 'x' } },
      base: { 'install.d/05-base': script(), 'element-deps': 'dib-init-system' },
    });
    expect(merged.files.map((it) => [it.path, it.mode, it.kind, it.element])).toEqual([
      ['element-deps', 0o644, 'file', 'base'],
      ['install.d/05-base', 0o755, 'file', 'base'],
      ['install.d/10-web', 0o755, 'file', 'web'],
      ['static/link', 0o777, 'symlink', 'web'],
    ]);
    expect(merged.collisions).toEqual([]);
    expect(merged.overwrites).toEqual([]);
  });

  it('leaves out hidden files directly in a hook folder, and takes other hidden ones', () => {
    const merged = merge({
      a: { 'install.d/.keep': '', '.hidden': '', '.folder/x': '', 'static/etc/.profile': '' },
    });
    expect(merged.files.map((it) => it.path)).toEqual(['.folder/x', '.hidden', 'static/etc/.profile']);
  });

  it('refuses one path twice directly in any folder, even with equal content', () => {
    const merged = merge({
      modprobe: { 'install.d/80-blacklist': script(), 'bin/tool': 'x' },
      'modprobe-blacklist': { 'install.d/80-blacklist': script(), 'bin/tool': 'y' },
      other: { 'post-install.d/80-blacklist': script() },
    });
    expect(merged.collisions).toEqual([
      { path: 'bin/tool', elements: ['modprobe', 'modprobe-blacklist'] },
      { path: 'install.d/80-blacklist', elements: ['modprobe', 'modprobe-blacklist'] },
    ]);
  });

  it('lets the last element in byte order win deeper down, and says so where that loses something', () => {
    const merged = merge({
      b: { 'static/etc/motd': 'from b', 'static/etc/same': 'equal' },
      Z: { 'static/etc/motd': 'from Z', 'static/etc/same': 'equal' },
      a: { 'static/etc/motd': 'from a' },
    });
    expect(contents(merged)).toEqual({ 'static/etc/motd': 'b: from b', 'static/etc/same': 'b: equal' });
    expect(merged.overwrites).toEqual([{ path: 'static/etc/motd', elements: ['Z', 'a', 'b'] }]);
    expect(merged.collisions).toEqual([]);
  });

  it('does not mind files at the top that belong to each element, but source repositories', () => {
    const merged = merge({
      a: { 'element-deps': 'x', 'pkg-map': '{}', 'source-repository-agent': 'agent git /opt/a url' },
      b: { 'element-deps': 'y', 'pkg-map': '{ }', 'source-repository-agent': 'agent git /opt/b url' },
    });
    expect(merged.overwrites).toEqual([{ path: 'source-repository-agent', elements: ['a', 'b'] }]);
  });

  it('refuses a file where another element has a folder, at any depth', () => {
    const merged = merge({
      a: { 'static/etc': 'file', 'files/x/y': 'file' },
      b: { 'static/etc/motd': '', 'files/x/y/z': '' },
    });
    expect(merged.collisions).toEqual([
      { path: 'files/x/y', elements: ['a', 'b'] },
      { path: 'static/etc', elements: ['a', 'b'] },
    ]);
  });
});
