import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { expect, test } from 'vitest';
import { billOfMaterials, type MaterialsSource } from '../../../src/execute/artifacts/bill-of-materials.ts';
import { digestOf } from '../../../src/fingerprint/digest.ts';

const source: MaterialsSource = {
  image: 'amphora',
  description: 'a load balancer',
  architecture: 'amd64',
  sourceDate: '2026-11-14T09:00:00.000Z',
  elements: { 'debian-minimal': digestOf('a'), vm: digestOf('b') },
  system: { id: 'debian', versionId: '12', codename: 'bookworm' },
  packages: [
    { name: 'libstdc++6', version: '12.2.0-14', architecture: 'amd64', source: 'gcc-12 (12.2.0-14)' },
    { name: 'bind9-host', version: '1:9.18.33-1~deb12u2', architecture: 'amd64', source: 'bind9' },
    { name: 'libc6', version: '2.36-9', architecture: 'amd64', source: 'glibc' },
    { name: 'libc6', version: '2.36-9', architecture: 'i386', source: 'glibc' },
  ],
  python: [
    { name: 'Octavia_Lib', version: '3.6.0', path: '/opt/a/octavia_lib-3.6.0.dist-info' },
    { name: 'octavia-lib', version: '3.6.0', path: '/opt/b/octavia_lib-3.6.0.dist-info' },
  ],
  lock: [
    { kind: 'apt', name: 'bookworm', digest: digestOf('i'), date: '2026-11-14T09:00:00.000Z' },
    {
      kind: 'git',
      name: 'agent',
      location: 'https://github.com/OpenStack/octavia.git',
      ref: 'master',
      commit: 'c'.repeat(40),
      tag: '15.0.0',
      date: '2026-11-01T00:00:00Z',
    },
    {
      kind: 'git',
      name: 'tools',
      location: 'git@host:team/tools',
      ref: 'main',
      commit: 'd'.repeat(40),
      date: '2026-11-01T00:00:00Z',
    },
    { kind: 'tar', name: 'data', location: 'https://host/data.tgz', digest: digestOf('t'), sizeBytes: 1 },
  ] as MaterialsSource['lock'],
  artifacts: [{ format: 'qcow2', file: 'amphora.qcow2', sizeBytes: 1, sha256: digestOf('q') }],
};

interface Read {
  readonly serialNumber: string;
  readonly metadata: {
    readonly timestamp: string;
    readonly component: { readonly properties: readonly object[] };
  };
  readonly components: readonly {
    readonly name: string;
    readonly purl?: string;
    readonly 'bom-ref': string;
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

const bom = (changes: Partial<MaterialsSource> = {}): Read =>
  JSON.parse(billOfMaterials({ ...source, ...changes }, '0.1.0')) as Read;

test("it is valid by the standard's own schema", async () => {
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
  expect(await validator.validate(billOfMaterials(source, '0.1.0'))).toBeNull();
  const empty = {
    ...source,
    system: null,
    packages: [],
    python: [],
    lock: [],
    artifacts: [],
    description: '',
  };
  expect(await validator.validate(billOfMaterials(empty, '0.1.0'))).toBeNull();
});

test('it names packages, distributions and sources as scanners expect', () => {
  expect(
    bom()
      .components.flatMap(({ purl }) => purl ?? [])
      .toSorted(),
  ).toEqual([
    'pkg:deb/debian/bind9-host@1%3A9.18.33-1~deb12u2?arch=amd64&distro=debian-12&upstream=bind9',
    'pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12&upstream=glibc',
    'pkg:deb/debian/libc6@2.36-9?arch=i386&distro=debian-12&upstream=glibc',
    'pkg:deb/debian/libstdc%2B%2B6@12.2.0-14?arch=amd64&distro=debian-12&upstream=gcc-12%4012.2.0-14',
    `pkg:generic/data@${digestOf('t')}?checksum=sha256%3A${digestOf('t')}`,
    `pkg:generic/tools@${'d'.repeat(40)}?vcs_url=git%2Bgit%40host%3Ateam%2Ftools%40${'d'.repeat(40)}`,
    `pkg:github/openstack/octavia@${'c'.repeat(40)}`,
    'pkg:pypi/octavia-lib@3.6.0',
    'pkg:pypi/octavia-lib@3.6.0',
  ]);
  expect(bom().components.filter(({ name }) => name === 'bookworm')).toEqual([]);
  const { properties } = bom().metadata.component;
  expect(properties).toContainEqual({ name: 'kiln:element:vm', value: digestOf('b') });
  expect(properties).toContainEqual({ name: 'kiln:artifact:amphora.qcow2', value: digestOf('q') });
});

test('the image depends on all of it', () => {
  const { components, dependencies } = bom();
  const image = dependencies.find(({ ref }) => ref === 'image');
  expect(image?.dependsOn?.toSorted()).toEqual(components.map((it) => it['bom-ref']).toSorted());
});

test('the same image has the same bytes, another one another serial number', () => {
  const reordered = { ...source, packages: source.packages.map((it) => ({ ...it })) };
  expect(billOfMaterials(reordered, '0.1.0')).toBe(billOfMaterials(source, '0.1.0'));
  expect(bom().serialNumber).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
  expect(bom({ python: [] }).serialNumber).not.toBe(bom().serialNumber);
  expect(bom().metadata.timestamp).toBe('2026-11-14T09:00:00.000Z');
});
