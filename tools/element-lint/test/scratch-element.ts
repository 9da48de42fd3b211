import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach } from 'vitest';

const made: string[] = [];

afterEach(async () => {
  for (const directory of made.splice(0)) await rm(directory, { recursive: true });
});

/** A file's text, or its text and its mode. */
export type ScratchFile = string | { readonly text: string; readonly mode: number };

/** Makes an element of the given files in a folder of its own, gone after the test; files without a mode get 0644. */
export async function scratchElement(files: Readonly<Record<string, ScratchFile>>): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'kiln-lint-'));
  made.push(parent);
  const directory = join(parent, 'sample');
  await mkdir(directory);
  for (const [path, file] of Object.entries(files)) {
    const { text, mode } = typeof file === 'string' ? { text: file, mode: 0o644 } : file;
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text, { mode });
  }
  return directory;
}

/** An executable bash script that every rule is content with, and `body` in it. */
export function hook(body: string): ScratchFile {
  const text = `#!/bin/bash\n\nif [ "\${DIB_DEBUG_TRACE:-0}" -gt 0 ]; then set -x; fi\nset -eu -o pipefail\n\n${body}\n`;
  return { text, mode: 0o755 };
}
