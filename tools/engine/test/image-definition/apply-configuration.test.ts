import { describe, expect, it } from 'vitest';
import { applyConfiguration } from '../../src/image-definition/apply-configuration.ts';
import type { ImageDefinition } from '../../src/image-definition/image-definition.ts';
import { parseImageDefinition } from '../../src/image-definition/parse-image-definition.ts';

const text = `elements: [debian, permissive, vm]
packages: [curl]
environment: {A: 1, B: 2}
boot: {profile: amphora}
configurations:
  no-sshd:
    elements: [remove-sshd]
    packages: [jq]
    environment: {B: 3, C: 4}
    boot: {memory: 2GiB}
    formats: [raw]
  enforcing:
    without-elements: [permissive]
    elements: [selinux]
  slip:
    without-elements: [vn, sshd]
`;

function define(): ImageDefinition {
  const result = parseImageDefinition({ name: 'web', file: 'image.yaml', text, hostArchitecture: 'amd64' });
  if (!result.ok) throw new Error(JSON.stringify(result.failures));
  return result.value;
}

describe('applyConfiguration', () => {
  it('adds, merges and replaces', () => {
    const result = applyConfiguration(define(), 'no-sshd');
    expect(result).toMatchObject({
      ok: true,
      value: {
        name: 'web',
        elements: ['debian', 'permissive', 'vm', 'remove-sshd'],
        packages: ['curl', 'jq'],
        environment: { A: '1', B: '3', C: '4' },
        boot: { memoryMebibytes: 2048, firmware: ['bios'], profile: 'amphora' },
        formats: ['raw'],
        rootFilesystem: 'ext4',
      },
    });
  });

  it('keeps the places of what it adds', () => {
    const result = applyConfiguration(define(), 'no-sshd');
    const places = result.ok ? result.value.places : undefined;
    expect(places?.get('elements.1')).toMatchObject({ line: 1, column: 20 });
    expect(places?.get('elements.3')).toMatchObject({ line: 7, column: 16 });
    expect(places?.get('environment.B')?.line).toBe(9);
  });

  it('leaves out what the definition names, and knows where the rest stands', () => {
    const result = applyConfiguration(define(), 'enforcing');
    const value = result.ok ? result.value : undefined;
    expect(value?.elements).toEqual(['debian', 'vm', 'selinux']);
    expect(value?.places.get('elements.1')).toMatchObject({ line: 1, column: 32 });
    expect(value?.places.get('elements.2')).toMatchObject({ line: 14, column: 16 });
    expect(value?.places.has('elements.3')).toBe(false);
  });

  it('refuses to leave out what is not there: all of it, with its places', () => {
    const result = applyConfiguration(define(), 'slip');
    expect(!result.ok && result.failures).toMatchObject([
      { code: 'element-not-left-out', element: 'vn', near: 'vm', place: { line: 16, column: 24 } },
      { code: 'element-not-left-out', element: 'sshd', place: { line: 16, column: 28 } },
    ]);
  });

  it('refuses a configuration that is not there', () => {
    const result = applyConfiguration(define(), 'no-ssh');
    expect(!result.ok && result.failures).toMatchObject([
      {
        code: 'configuration-unknown',
        image: 'web',
        configuration: 'no-ssh',
        near: 'no-sshd',
        place: { line: 5 },
      },
    ]);
    expect(applyConfiguration(define(), 'constructor').ok).toBe(false);
  });
});
