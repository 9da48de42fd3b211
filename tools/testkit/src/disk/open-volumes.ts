import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Runner } from '@kiln/engine/util/runner.ts';
import type { ByteSource } from './byte-source.ts';
import type { OpenDiskImage } from './open-disk-image.ts';
import type { FoundLogicalVolume } from './parse-lvm-metadata.ts';
import { type DiskPart, type LocatedVolumeGroup, partsOfVolume } from './read-volume-groups.ts';

/** A logical volume, and where its bytes can be read in one piece. */
export interface OpenVolume {
  readonly group: string;
  readonly name: string;
  /** Of its first block on the disk; for a thin volume, of its pool's data. */
  readonly offsetBytes: number;
  readonly sizeBytes: number;
  readonly readFrom: { readonly rawFile: string; readonly offsetBytes: number };
}

/**
 * The volumes of a group that hold something of their own. One in several pieces, or a thin one, is put together in a file of the
 * image's scratch folder; for thin ones `thin_dump` must be there.
 *
 * @returns the volumes, and why some cannot be read, a sentence each.
 */
export async function openVolumes(
  image: OpenDiskImage,
  group: LocatedVolumeGroup,
  run: Runner,
): Promise<{ readonly volumes: readonly OpenVolume[]; readonly unreadable: readonly string[] }> {
  const volumes: OpenVolume[] = [];
  const unreadable: string[] = [];
  for (const volume of group.logicalVolumes) {
    const [segment] = volume.segments;
    if (!volume.visible || segment === undefined || segment.type === 'thin-pool') continue;
    const opened =
      segment.type === 'thin'
        ? await openThin({ image, group, run }, volume)
        : await openLinear(image, group, volume);
    if (typeof opened === 'string') unreadable.push(`volume ${group.name}/${volume.name}: ${opened}`);
    else volumes.push({ group: group.name, name: volume.name, ...opened });
  }
  return { volumes, unreadable };
}

type Opened = Pick<OpenVolume, 'offsetBytes' | 'sizeBytes' | 'readFrom'>;

async function openLinear(
  image: OpenDiskImage,
  group: LocatedVolumeGroup,
  volume: FoundLogicalVolume,
): Promise<Opened | string> {
  const parts = partsOfVolume(group, volume);
  const [first, ...others] = parts ?? [];
  if (parts === undefined || first === undefined) return 'its segments cannot be read offline';
  const { offsetBytes } = first;
  if (others.length === 0) return { ...first, readFrom: { rawFile: image.rawFile, offsetBytes } };
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  const rawFile = join(image.scratchDirectory, `volume-${group.name}-${volume.name}.raw`);
  let at = 0;
  const copies = parts.map((part) => {
    const copy = { ...part, to: at };
    at += part.sizeBytes;
    return copy;
  });
  await assemble(image.source, { rawFile, sizeBytes }, copies);
  return { offsetBytes, sizeBytes, readFrom: { rawFile, offsetBytes: 0 } };
}

interface Copy extends DiskPart {
  readonly to: number;
}

const blockBytes = 1 << 20;

/** Copies parts of the disk into a sparse file. */
async function assemble(
  source: ByteSource,
  { rawFile, sizeBytes }: { readonly rawFile: string; readonly sizeBytes: number },
  copies: readonly Copy[],
): Promise<void> {
  const handle = await open(rawFile, 'w');
  try {
    await handle.truncate(sizeBytes);
    for (const copy of copies) {
      for (let done = 0; done < copy.sizeBytes; done += blockBytes) {
        const length = Math.min(blockBytes, copy.sizeBytes - done);
        const block = await source.read(copy.offsetBytes + done, length);
        if (block.some((byte) => byte !== 0)) await handle.write(block, 0, block.length, copy.to + done);
      }
    }
  } finally {
    await handle.close();
  }
}

interface Surroundings {
  readonly image: OpenDiskImage;
  readonly group: LocatedVolumeGroup;
  readonly run: Runner;
}

async function openThin(around: Surroundings, volume: FoundLogicalVolume): Promise<Opened | string> {
  const { image, group } = around;
  const [thin] = volume.segments;
  const named = (name: string | undefined) => group.logicalVolumes.find((it) => it.name === name);
  const pool = named(thin?.pool)?.segments[0];
  const [metadata, data] = [named(pool?.metadata), named(pool?.data)].map((it) =>
    it === undefined ? undefined : partsOfVolume(group, it),
  );
  const first = data?.[0];
  if (thin === undefined || pool === undefined || metadata === undefined || first === undefined)
    return 'its pool cannot be read offline';
  const xml = await dumpMetadata(around, metadata);
  if (xml === undefined) return 'thin_dump is needed to read it (Debian: thin-provisioning-tools)';
  const mappings = parseMappings(xml, thin.deviceNumber);
  const sizeBytes = thin.extents * group.extentBytes;
  const rawFile = join(image.scratchDirectory, `volume-${group.name}-${volume.name}.raw`);
  const copies = mappings.flatMap(({ origin, chunk }) => {
    const offsetBytes = placeInParts(data ?? [], chunk * pool.chunkBytes);
    return offsetBytes === undefined
      ? []
      : [{ offsetBytes, sizeBytes: pool.chunkBytes, to: origin * pool.chunkBytes }];
  });
  await assemble(image.source, { rawFile, sizeBytes }, copies);
  return { offsetBytes: first.offsetBytes, sizeBytes, readFrom: { rawFile, offsetBytes: 0 } };
}

async function dumpMetadata(
  { image, run }: Surroundings,
  parts: readonly DiskPart[],
): Promise<string | undefined> {
  const file = join(image.scratchDirectory, 'thin-metadata');
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  let to = 0;
  const copies = parts.map((part) => ({ ...part, to: (to += part.sizeBytes) - part.sizeBytes }));
  await assemble(image.source, { rawFile: file, sizeBytes }, copies);
  const dumped = await run(['thin_dump', file], { allowFailure: true });
  await rm(file, { force: true });
  return dumped.ok ? dumped.stdout : undefined;
}

/** The mappings of one device in thin_dump's XML, chunk by chunk. */
export function parseMappings(
  xml: string,
  deviceNumber: number,
): readonly { readonly origin: number; readonly chunk: number }[] {
  const devices = [...xml.matchAll(/<device ([^>]*)>([^]*?)<\/device>/g)];
  const own = devices.find(([, attributes]) => attributeOf(attributes ?? '', 'dev_id') === deviceNumber);
  return [...(own?.[2] ?? '').matchAll(/<(single|range)_mapping ([^>]*)\/>/g)].flatMap(([, kind, text]) => {
    const number = (name: string) => attributeOf(text ?? '', name);
    if (kind === 'single') return [{ origin: number('origin_block'), chunk: number('data_block') }];
    const [origin, chunk] = [number('origin_begin'), number('data_begin')];
    return Array.from({ length: number('length') }, (_, index) => ({
      origin: origin + index,
      chunk: chunk + index,
    }));
  });
}

function attributeOf(text: string, name: string): number {
  return Number(new RegExp(`\\b${name}="(\\d+)"`).exec(text)?.[1] ?? Number.NaN);
}

function placeInParts(parts: readonly DiskPart[], at: number): number | undefined {
  let before = 0;
  for (const { offsetBytes, sizeBytes } of parts) {
    if (at < before + sizeBytes) return offsetBytes + at - before;
    before += sizeBytes;
  }
  return undefined;
}
