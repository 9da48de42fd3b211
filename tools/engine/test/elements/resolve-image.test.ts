import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Failure } from '../../src/diagnostics/failure.ts';
import type { Place } from '../../src/diagnostics/place.ts';
import type { Result } from '../../src/diagnostics/result.ts';
import { namedElements, resolveImage } from '../../src/elements/resolve-image.ts';
import type { ResolvedImage } from '../../src/elements/resolved-image.ts';
import type { ImageDefinition } from '../../src/image-definition/image-definition.ts';
import { parseImageDefinition } from '../../src/image-definition/parse-image-definition.ts';
import { script, temporaryFolder, type TreeFixture, writeTree } from './element-fixture.ts';

function define(elements: string, more = ''): ImageDefinition {
  const text = `elements: [${elements}]\n${more}`;
  const result = parseImageDefinition({ name: 'web', file: 'image.yaml', text, hostArchitecture: 'amd64' });
  if (!result.ok) throw new Error(JSON.stringify(result.failures));
  return result.value;
}

const os: TreeFixture = { 'base/element-deps': '', 'debian/element-provides': 'operating-system\n' };

function resolve(elements: string, tree: TreeFixture): { root: string; result: Result<ResolvedImage> } {
  const root = writeTree(temporaryFolder(), { ...os, ...tree });
  return { root, result: resolveImage(define(elements), [root]) };
}

function failuresOf(result: Result<unknown>): readonly Failure[] {
  return result.ok ? [] : result.failures;
}

const at = (column: number, length: number): Place => ({ file: 'image.yaml', line: 1, column, length });

describe('namedElements', () => {
  it('adds base, and a block device where vm is named without one', () => {
    expect(namedElements(define('vm, debian'))).toEqual(['base', 'vm', 'debian', 'block-device-mbr']);
    expect(namedElements(define('vm', 'architecture: arm64'))).toEqual(['base', 'vm', 'block-device-efi']);
    expect(namedElements(define('vm, block-device-gpt'))).toEqual(['base', 'vm', 'block-device-gpt']);
    expect(namedElements(define('debian', 'skip-base: true'))).toEqual(['debian']);
  });
});

describe('resolveImage', () => {
  it('gives the closure in byte order with its providers, whatever the order of names', () => {
    const root = writeTree(temporaryFolder(), {
      ...os,
      'vm/element-deps': 'block-device\n',
      'block-device-mbr/element-provides': 'block-device\n',
      'web/element-deps': 'package-installs\n',
      'package-installs/bin/tool': script(),
      'unused/element-deps': 'nowhere\n',
    });
    const [one, other] = ['debian, vm, web', 'web, vm, debian'].map((it) => resolveImage(define(it), [root]));
    expect(one?.ok && one.value.elements.map((it) => it.name)).toEqual([
      'base',
      'block-device-mbr',
      'debian',
      'package-installs',
      'vm',
      'web',
    ]);
    expect(one?.ok && [...one.value.providers]).toEqual([
      ['block-device', 'block-device-mbr'],
      ['operating-system', 'debian'],
    ]);
    expect(other?.ok && other.value.elements).toEqual(one?.ok && one.value.elements);
    expect(one?.ok && one.warnings).toEqual([]);
  });

  it('does not add a block device where vm is only a dependency', () => {
    const { root, result } = resolve('debian, amphora', {
      'amphora/element-deps': 'base\nvm\n',
      'vm/element-deps': 'bootloader\nblock-device\n',
      'bootloader/pkg-map': '{}',
      'block-device-mbr/element-provides': 'block-device\n',
      'block-device-gpt/element-provides': 'block-device\n',
    });
    expect(failuresOf(result)).toMatchObject([
      {
        code: 'element-not-found',
        element: 'block-device',
        neededBy: 'vm',
        providers: ['block-device-gpt', 'block-device-mbr'],
        place: { file: join(root, 'vm/element-deps'), line: 2, column: 1, length: 12 },
      },
    ]);
  });

  it('warns of a variable that no element reads, where it is set', () => {
    const tree = { 'debian/install.d/10-a': script('echo $DIB_MOTD') };
    const root = writeTree(temporaryFolder(), { ...os, ...tree });
    const result = resolveImage(define('debian', 'environment: {DIB_MOTT: hello, DIB_MOTD: x}'), [root]);
    if (!result.ok) throw new Error('it resolves');
    const place = { file: 'image.yaml', line: 2, column: 15, length: 8 };
    expect(result.warnings).toEqual([
      { code: 'variable-not-read', variable: 'DIB_MOTT', near: 'DIB_MOTD', place },
    ]);
  });

  it('reports a missing element where it is named, with a near name', () => {
    const { result } = resolve('debain, web', {});
    expect(failuresOf(result)).toEqual([
      { code: 'element-not-found', element: 'debain', near: 'debian', place: at(12, 6) },
      { code: 'element-not-found', element: 'web', place: at(20, 3) },
    ]);
  });

  it('tells why an element that nobody named is looked for', () => {
    const { result } = resolve('debian, vm', { 'vm/element-deps': '' });
    expect(failuresOf(result)).toMatchObject([
      { element: 'block-device-mbr', neededBy: 'vm', place: at(20, 2) },
    ]);
    expect(failuresOf(resolveImage(define('x'), [temporaryFolder()]))).toMatchObject([
      { code: 'element-not-found', element: 'base' },
      { code: 'element-not-found', element: 'x' },
    ]);
  });

  it('reports no operating system at the list of elements', () => {
    expect(failuresOf(resolve('base', {}).result)).toEqual([
      { code: 'operating-system-missing', image: 'web', place: at(1, 8) },
    ]);
  });

  it('reports several operating systems at the later of them', () => {
    const { result } = resolve('ubuntu, debian', { 'ubuntu/element-provides': 'operating-system\n' });
    expect(failuresOf(result)).toEqual([
      {
        code: 'element-already-provided',
        name: 'operating-system',
        providers: ['debian', 'ubuntu'],
        place: at(20, 6),
      },
    ]);
  });

  it('reports an element named beside the one that provides it', () => {
    const { result } = resolve('debian, bootloader, zipl', {
      'bootloader/pkg-map': '{}',
      'zipl/element-provides': 'bootloader\n',
    });
    expect(failuresOf(result)).toMatchObject([
      { code: 'element-already-provided', name: 'bootloader', providers: ['bootloader', 'zipl'] },
    ]);
  });

  it('reports all problems at once', () => {
    const { root, result } = resolve('debian, ubuntu, a, b, typo', {
      'ubuntu/element-provides': 'operating-system\n',
      'a/install.d/10-x': script(),
      'b/install.d/10-x': script(),
      'b/element.yaml': 'description: fine\n',
      'base/element.yaml': 'restorable: 3\n',
    });
    expect(failuresOf(result).map((it) => it.code)).toEqual([
      'element-not-found',
      'element-declaration-invalid',
      'element-already-provided',
      'hook-duplicated',
    ]);
    expect(failuresOf(result)[1]?.place?.file).toBe(join(root, 'base/element.yaml'));
    expect(failuresOf(result)[3]).toEqual({
      code: 'hook-duplicated',
      hook: 'install.d/10-x',
      elements: ['a', 'b'],
      place: { file: join(root, 'b/install.d/10-x'), line: 1, column: 1, length: 0 },
    });
  });

  it('tells by which dependency an operating system too many comes in', () => {
    const { root, result } = resolve('debian, web', {
      'ubuntu/element-provides': 'operating-system\n',
      'web/element-deps': 'base\nubuntu\n',
    });
    const place = { file: join(root, 'web/element-deps'), line: 2, column: 1, length: 6 };
    expect(failuresOf(result)).toMatchObject([{ code: 'element-already-provided', place }]);
  });

  it('says nothing about elements that turn out not to be needed', () => {
    const { result } = resolve('debian, vm, zipl', {
      'vm/element-deps': 'bootloader\nblock-device\n',
      'bootloader/element.yaml': 'nonsense: true\n',
      'zipl/element-provides': 'bootloader\n',
      'block-device-mbr/element-provides': 'block-device\n',
    });
    expect(result.ok && result.value.elements.map((it) => it.name)).toEqual([
      'base',
      'block-device-mbr',
      'debian',
      'vm',
      'zipl',
    ]);
  });

  it('warns of hooks that will not run and of files that take the place of others', () => {
    const { root, result } = resolve('debian, a, b', {
      'a/install.d/10-a': '#!/bin/bash\n',
      'a/static/etc/motd': 'a',
      'b/static/etc/motd': 'b',
    });
    expect(result.ok && result.warnings).toEqual([
      {
        code: 'hook-will-not-run',
        element: 'a',
        hook: 'install.d/10-a',
        reason: 'it is not executable',
        remedy: `chmod +x ${join(root, 'a/install.d/10-a')}`,
        place: { file: join(root, 'a/install.d/10-a'), line: 1, column: 1, length: 0 },
      },
      { code: 'hook-file-overwritten', path: 'static/etc/motd', winner: 'b', losers: ['a'] },
    ]);
  });

  it('passes on what is wrong with the element path', () => {
    const missing = join(temporaryFolder(), 'missing');
    expect(failuresOf(resolveImage(define('debian'), [missing]))).toEqual([
      { code: 'element-path-not-a-directory', entry: missing },
    ]);
  });
});
