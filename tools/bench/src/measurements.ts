import { appendFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkspaceCopy } from './workspace-copy.ts';

/** One line of the table: what was done, how long it took, and what it is to be held against. */
export interface Measurement {
  readonly what: string;
  readonly seconds: number;
  readonly peer?: { readonly name: string; readonly seconds: number } | undefined;
  /** The most that it may take, where the project set itself a limit. */
  readonly limitSeconds?: number;
}

/** Times the amphora after typical changes. Each change is a real one in a file of the clone. */
export async function measureChanges(copy: WorkspaceCopy): Promise<readonly Measurement[]> {
  const image = 'amphora-haproxy:image';
  // Twice: packages come from the cache then, whichever of the two is measured.
  await copy.run(image);
  copy.forget();
  const withoutCheckpoints = await copy.run(image, { KILN_CHECKPOINTS: 'never' });
  copy.forget();
  const fromNothing = await copy.run(image);
  const peer = { name: 'from nothing', seconds: fromNothing };
  const timed = async (
    what: string,
    limitSeconds: number | undefined,
    change: () => void,
  ): Promise<Measurement> => {
    change();
    const seconds = await copy.run(image);
    return { what, seconds, peer, ...(limitSeconds === undefined ? {} : { limitSeconds }) };
  };
  const append = (file: string, text: string) => () => appendFileSync(join(copy.root, file), text);
  return [
    { what: 'amphora, from nothing, warm package cache', seconds: fromNothing, limitSeconds: 150 },
    {
      what: 'the same, against one that keeps no state between hooks',
      seconds: fromNothing,
      limitSeconds: 1.1 * withoutCheckpoints,
      peer: { name: 'without', seconds: withoutCheckpoints },
    },
    await nothingChanged(copy, image, peer),
    await timed(
      'a comment in a late install.d hook',
      undefined,
      append('elements/haproxy-octavia/install.d/76-haproxy-home', '# a comment\n'),
    ),
    await timed(
      'a late install.d hook',
      Math.min(25, fromNothing / 8),
      append('elements/haproxy-octavia/install.d/76-haproxy-home', 'touch /var/lib/kiln-bench\n'),
    ),
    await timed(
      'a finalise.d hook',
      15,
      append('elements/no-resolvconf/finalise.d/99-no-resolvconf', 'touch /etc/kiln-bench\n'),
    ),
    await timed('raw beside qcow2', undefined, () =>
      replace(copy, 'images/amphora-haproxy/image.yaml', 'formats: [qcow2]', 'formats: [qcow2, raw]'),
    ),
    await secondImage(copy, peer),
  ];
}

/** The median of three, since it is short. */
async function nothingChanged(
  copy: WorkspaceCopy,
  image: string,
  peer: Measurement['peer'],
): Promise<Measurement> {
  const times = [await copy.run(image), await copy.run(image), await copy.run(image)].toSorted(
    (a, b) => a - b,
  );
  const what = `${image.split(':')[0]}, nothing changed, median of three`;
  return { what, seconds: times[1] ?? 0, limitSeconds: 1.5, peer };
}

/** An image that differs from the amphora in one late hook. */
async function secondImage(
  copy: WorkspaceCopy,
  peer: NonNullable<Measurement['peer']>,
): Promise<Measurement> {
  cpSync(join(copy.root, 'images/amphora-haproxy'), join(copy.root, 'images/amphora-second'), {
    recursive: true,
  });
  replace(copy, 'images/amphora-second/image.yaml', '  - certs-ramfs\n', '  - certs-ramfs\n  - bench-late\n');
  const folder = join(copy.root, 'elements/bench-late/post-install.d');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, '90-late'), '#!/bin/bash\nset -eu\ntouch /var/lib/second\n', { mode: 0o755 });
  return {
    what: 'a second image that shares all but one late hook',
    seconds: await copy.run('amphora-second:image'),
    peer,
  };
}

function replace(copy: WorkspaceCopy, file: string, from: string, to: string): void {
  const path = join(copy.root, file);
  const text = readFileSync(path, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} does not contain '${from}'`);
  writeFileSync(path, text.replace(from, to));
}

/** Times the smallest image against diskimage-builder, both from nothing with warm package caches. */
export async function measureSmall(
  copy: WorkspaceCopy,
  peerSeconds: number | undefined,
): Promise<readonly Measurement[]> {
  const image = 'debian-minimal-vm:image';
  await copy.run(image);
  copy.forget();
  const seconds = await copy.run(image);
  const peer = peerSeconds === undefined ? undefined : { name: 'diskimage-builder', seconds: peerSeconds };
  const what = 'debian-minimal-vm, from nothing, warm package cache';
  return [{ what, seconds, peer }, await nothingChanged(copy, image, peer)];
}
