import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import { derivedUuid } from '../../block-device/derived-identifier.ts';
import type { ImageManifest } from './image-manifest.ts';
import { gitPackageUrl, packageUrl, pythonPackageUrl, systemPackageUrl } from './package-url.ts';

/** What of a manifest a bill of materials is made from. */
export type MaterialsSource = Pick<
  ImageManifest,
  | 'image'
  | 'description'
  | 'architecture'
  | 'sourceDate'
  | 'elements'
  | 'system'
  | 'packages'
  | 'python'
  | 'lock'
  | 'artifacts'
>;

/**
 * The bill of materials of an image in CycloneDX 1.6 JSON (ECMA-424): its operating system, Debian packages, Python distributions
 * that no package brought, and sources that the lock pins; elements and artifacts as properties of the image.
 *
 * Pure: the serial number follows from the content, the time is that of the newest package index.
 */
export function billOfMaterials(source: MaterialsSource, kilnVersion: string): string {
  const components = [
    ...systemComponent(source),
    ...source.packages.map((it) => packageComponent(it, source)),
    ...source.python.map(pythonComponent),
    ...source.lock.flatMap(sourceComponent),
  ];
  const image = new Models.Component(Enums.ComponentType.OperatingSystem, source.image, {
    bomRef: 'image',
    ...(source.description === '' ? {} : { description: source.description }),
    properties: new Models.PropertyRepository(imageProperties(source)),
    dependencies: new Models.BomRefRepository(components.map(({ bomRef }) => bomRef)),
  });
  const tool = new Models.Tool({ name: 'kiln', version: kilnVersion });
  const bom = new Models.Bom({
    serialNumber: `urn:uuid:${derivedUuid(seedOf(source), 'bill of materials')}`,
    components: new Models.ComponentRepository(components),
    metadata: new Models.Metadata({
      timestamp: new Date(source.sourceDate),
      component: image,
      tools: new Models.Tools({ tools: new Models.ToolRepository([tool]) }),
    }),
  });
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

/** Of a whole manifest only what is told here. */
function seedOf(source: MaterialsSource): string {
  const { image, description, architecture, sourceDate, elements } = source;
  const { system, packages, python, lock, artifacts } = source;
  return JSON.stringify([
    [image, description, architecture, sourceDate, elements],
    [system, packages, python, lock, artifacts],
  ]);
}

function imageProperties({ architecture, elements, artifacts }: MaterialsSource): readonly Models.Property[] {
  return [
    new Models.Property('kiln:architecture', architecture),
    ...Object.entries(elements).map(([name, digest]) => new Models.Property(`kiln:element:${name}`, digest)),
    ...artifacts.map(({ file, sha256 }) => new Models.Property(`kiln:artifact:${file}`, sha256)),
  ];
}

function systemComponent({ system }: MaterialsSource): readonly Models.Component[] {
  if (system === null) return [];
  const { id, versionId } = system;
  const version = versionId === '' ? {} : { version: versionId };
  return [
    new Models.Component(Enums.ComponentType.OperatingSystem, id, { bomRef: `system:${id}`, ...version }),
  ];
}

function packageComponent(
  it: MaterialsSource['packages'][number],
  { system }: MaterialsSource,
): Models.Component {
  const purl = systemPackageUrl(it, system);
  return new Models.Component(Enums.ComponentType.Library, it.name, {
    bomRef: purl,
    purl,
    version: it.version,
  });
}

function pythonComponent(it: MaterialsSource['python'][number]): Models.Component {
  const purl = pythonPackageUrl(it);
  // Two virtual environments may have the same distribution.
  return new Models.Component(Enums.ComponentType.Library, it.name, {
    bomRef: `${purl}#${it.path}`,
    purl,
    version: it.version,
    properties: new Models.PropertyRepository([new Models.Property('kiln:path', it.path)]),
  });
}

/** Package indexes are no material themselves. */
function sourceComponent(entry: MaterialsSource['lock'][number]): readonly Models.Component[] {
  if (entry.kind === 'apt') return [];
  const { kind, name, location } = entry;
  const bomRef = `${kind}:${name}`;
  if (entry.kind === 'git') {
    const { commit, ref, tag } = entry;
    const purl = gitPackageUrl(name, location, commit);
    const externalReferences = references(location, Enums.ExternalReferenceType.VCS);
    const properties = new Models.PropertyRepository([
      new Models.Property('kiln:git:commit', commit),
      new Models.Property('kiln:git:ref', ref),
    ]);
    const version = tag ?? commit;
    return [
      new Models.Component(Enums.ComponentType.Application, name, {
        bomRef,
        purl,
        version,
        externalReferences,
        properties,
      }),
    ];
  }
  const { digest } = entry;
  return [
    new Models.Component(Enums.ComponentType.File, name, {
      bomRef,
      purl: packageUrl({
        type: 'generic',
        name,
        version: digest,
        qualifiers: { checksum: `sha256:${digest}` },
      }),
      hashes: new Models.HashDictionary([[Enums.HashAlgorithm['SHA-256'], digest]]),
      externalReferences: references(location, Enums.ExternalReferenceType.Distribution),
    }),
  ];
}

/** Paths of the build's host and SSH's short form of locations are no addresses for others. */
function references(location: string, type: Enums.ExternalReferenceType): Models.ExternalReferenceRepository {
  const isUrl = /^[a-z][a-z0-9+.-]*:\/\//.test(location);
  return new Models.ExternalReferenceRepository(isUrl ? [new Models.ExternalReference(location, type)] : []);
}
