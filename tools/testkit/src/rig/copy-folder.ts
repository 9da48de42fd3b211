import { cp } from 'node:fs/promises';

/** Copies elements or images as they are: Node by itself makes links point back to where they came from, which changes what an image contains. */
export async function copyFolder(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, verbatimSymlinks: true });
}
