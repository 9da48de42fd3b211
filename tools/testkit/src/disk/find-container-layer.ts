import { open, type FileHandle } from 'node:fs/promises';

/** A stretch of a file. */
export interface FileStretch {
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

const blockBytes = 512;
/** A container image has a handful of members; a root tree has thousands. */
const mostMembers = 1000;

/**
 * Finds the layer of a container image in one archive: an OCI image layout, or what `docker save` writes.
 *
 * @returns where its tar archive, compressed or not, lies in the file; undefined where the file is no container archive.
 * @throws RangeError for an image of several layers or platforms, whose tree is in no one place.
 */
export async function findContainerLayer(file: string): Promise<FileStretch | undefined> {
  const handle = await open(file, 'r');
  try {
    const members = await readMembers(handle);
    const path = (await layerOfLayout(handle, members)) ?? (await layerOfDocker(handle, members));
    if (path === undefined) return undefined;
    const layer = members.get(path);
    if (layer === undefined) throw new RangeError(`its layer ${path} is missing`);
    return layer;
  } finally {
    await handle.close();
  }
}

type Members = ReadonlyMap<string, FileStretch>;

async function readMembers(handle: FileHandle): Promise<Members> {
  const members = new Map<string, FileStretch>();
  for (let offset = 0, count = 0; count < mostMembers; count += 1) {
    const header = Buffer.alloc(blockBytes);
    const { bytesRead } = await handle.read(header, 0, blockBytes, offset);
    if (bytesRead < blockBytes || header.toString('latin1', 257, 262) !== 'ustar') break;
    const name = header.toString('utf8', 0, 100).replace(/\0[^]*$/, '');
    const sizeBytes = Number.parseInt(header.toString('latin1', 124, 136), 8) || 0;
    members.set(name.replace(/^\.\//, ''), { offsetBytes: offset + blockBytes, sizeBytes });
    offset += blockBytes + Math.ceil(sizeBytes / blockBytes) * blockBytes;
  }
  return members;
}

async function layerOfLayout(handle: FileHandle, members: Members): Promise<string | undefined> {
  if (!members.has('oci-layout')) return undefined;
  const index = (await readJson(handle, members, 'index.json')) as Listing | undefined;
  const manifest = (await readJson(handle, members, blobPath(only(index?.manifests, 'image')))) as Listing;
  return blobPath(only(manifest?.layers, 'layer'));
}

async function layerOfDocker(handle: FileHandle, members: Members): Promise<string | undefined> {
  const images = (await readJson(handle, members, 'manifest.json')) as readonly { Layers?: string[] }[];
  if (!Array.isArray(images)) return undefined;
  return only(only(images, 'image').Layers, 'layer');
}

interface Descriptor {
  readonly digest: string;
}

interface Listing {
  readonly manifests?: readonly Descriptor[];
  readonly layers?: readonly Descriptor[];
}

function blobPath({ digest }: Descriptor): string {
  return `blobs/${digest.replace(':', '/')}`;
}

function only<T>(items: readonly T[] | undefined, what: string): T {
  const [first] = items ?? [];
  if (first === undefined || items?.length !== 1)
    throw new RangeError(`it is a container archive with ${items?.length ?? 0} ${what}s`);
  return first;
}

async function readJson(handle: FileHandle, members: Members, name: string): Promise<unknown> {
  const member = members.get(name);
  if (member === undefined) return undefined;
  const bytes = Buffer.alloc(member.sizeBytes);
  await handle.read(bytes, 0, member.sizeBytes, member.offsetBytes);
  return JSON.parse(bytes.toString('utf8'));
}
