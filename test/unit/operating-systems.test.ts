import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rememberingReader, resolveImage } from '@kiln/engine/elements/resolve-image.ts';
import { parseImageDefinition } from '@kiln/engine/image-definition/parse-image-definition.ts';
import { readText } from './source-files.ts';

const elements = new URL('../../elements', import.meta.url).pathname;
const table = readText('docs/reference/operating-systems.md');
const readOne = rememberingReader();

const own = readdirSync(elements).filter((name) => {
  const provides = join('elements', name, 'element-provides');
  return existsSync(join(elements, name, 'element-provides')) && /operating-system/.test(readText(provides));
});

/** Elements of an amphora beside the operating system, as Octavia's script has them for the Red Hat family. */
const amphora = ['vm', 'haproxy-octavia', 'amphora-agent', 'sos', 'selinux-permissive', 'disable-makecache'];

function resolved(names: readonly string[]) {
  const text = `elements: [${names.join(', ')}]\nformats: [qcow2]\n`;
  const parsed = parseImageDefinition({ name: 'box', file: 'image.yaml', text, hostArchitecture: 'amd64' });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.failures));
  return resolveImage(parsed.value, [elements], readOne);
}

describe('operating systems', () => {
  it('each is in the table that says how far it was tried', () => {
    const named = [...table.matchAll(/^\| `([^`]+)` \|/gm)].map((it) => it[1]);
    expect([...own, 'rocky-container'].filter((name) => !named.includes(name))).toEqual([]);
  });

  it.each([
    'centos',
    'centos-minimal',
    'fedora',
    'fedora-minimal',
    'rhel',
    'rocky-container',
    'rocky-minimal',
  ])('%s makes an amphora with Octavia’s elements', (system) => {
    const result = resolved([system, ...amphora]);
    expect(result.ok ? [] : result.failures).toEqual([]);
    const names = result.ok ? result.value.elements.map(({ name }) => name) : [];
    expect(names).toEqual(expect.arrayContaining(['yum', 'rpm-distro', 'redhat-common']));
    expect(names, 'one package manager').not.toContain('dpkg');
  });

  it('opensuse-minimal makes a disk', () => {
    const result = resolved(['opensuse-minimal', 'vm', 'cloud-init']);
    expect(result.ok ? [] : result.failures).toEqual([]);
  });
});
