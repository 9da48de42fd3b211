import { describe, expect, it } from 'vitest';
import { applyConfiguration } from '../../src/image-definition/apply-configuration.ts';
import type { ImageDefinition } from '../../src/image-definition/image-definition.ts';
import { parseImageDefinition } from '../../src/image-definition/parse-image-definition.ts';

const text = `elements: [debian, vm]
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
        elements: ['debian', 'vm', 'remove-sshd'],
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
    expect(places?.get('elements.2')).toMatchObject({ line: 7, column: 16 });
    expect(places?.get('environment.B')?.line).toBe(9);
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
