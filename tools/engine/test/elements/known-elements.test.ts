import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readElement } from '../../src/elements/read-element.ts';
import { knownElementNames } from '../../src/elements/known-elements.ts';
import { temporaryFolder, writeTree } from './element-fixture.ts';

function elementCalled(name: string, files: Readonly<Record<string, string>>) {
  const folder = join(temporaryFolder(), name);
  mkdirSync(folder);
  const result = readElement(writeTree(folder, files));
  if (!result.ok) throw new Error(JSON.stringify(result.failures));
  return result.value;
}

describe('an element that Kiln knows by its name', () => {
  it('gets declarations and scripts for the lock, if it brings none', () => {
    const element = elementCalled('debootstrap', { 'root.d/08-debootstrap': '#!/bin/sh\n' });
    expect(element.declarations.hostTools).toEqual([{ tool: 'debootstrap', debianPackage: 'debootstrap' }]);
    expect(element.files.map((file) => file.path)).toEqual([
      'kiln-programs/debootstrap',
      'lock.d/10-indexes-of-debootstrap',
      'root.d/08-debootstrap',
    ]);
  });

  it('keeps its own where it has an element.yaml', () => {
    const element = elementCalled('debootstrap', { 'element.yaml': 'description: Another\n' });
    expect(element.declarations).toMatchObject({ description: 'Another', hostTools: [] });
    expect(element.files).toEqual([]);
  });

  it('is one of a few', () => {
    expect(elementCalled('nobody-knows-it', {}).declarations.restorable).toBe(true);
    expect(elementCalled('fedora', {}).declarations.restorable).toBe(false);
  });
});

it.each([
  [{}, ['focal', 'focal-updates', 'focal-security', 'focal-backports']],
  [{ DIB_UBUNTU_MIRROR_DISTS: 'updates' }, ['focal', 'focal-updates']],
])('indexes of Ubuntu with %o: %j', (more, expected) => {
  const script = elementCalled('debootstrap', {}).files.find(({ path }) => path.startsWith('lock.d/'));
  const told = execFileSync('bash', ['--norc', '-c', script?.content.toString() ?? 'exit 1'], {
    env: {
      DISTRO_NAME: 'ubuntu',
      DIB_RELEASE: 'focal',
      DIB_DISTRIBUTION_MIRROR: 'http://mirror/ubuntu',
      ...more,
    },
    encoding: 'utf8',
  });
  const names = told
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { name: string }).name);
  expect(names).toEqual(expected);
});

it('all that is known can be read', () => {
  for (const name of knownElementNames()) elementCalled(name, {});
  expect(knownElementNames()).toContain('source-repositories');
});
