import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Element, ElementFile } from '../../src/elements/element.ts';
import { parseNameList } from '../../src/elements/name-list.ts';
import { noDeclarations } from '../../src/elements/parse-element-declarations.ts';
import { digestOf } from '../../src/fingerprint/digest.ts';

/** Text of a plain file, or a file with more to it. */
export type FileFixture =
  | string
  | { readonly text: string; readonly mode: number }
  | { readonly link: string };

/** Path to content. A path that ends in a slash is an empty folder. */
export type TreeFixture = Readonly<Record<string, FileFixture>>;

/** An executable shell script. */
export function script(text = 'true'): FileFixture {
  return { text: `#!/bin/bash\n${text}\n`, mode: 0o755 };
}

/** An empty folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kiln-unit-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a tree of files below a folder, and returns the folder. */
export function writeTree(folder: string, tree: TreeFixture): string {
  for (const [path, file] of Object.entries(tree)) {
    const absolute = join(folder, path);
    mkdirSync(path.endsWith('/') ? absolute : dirname(absolute), { recursive: true });
    if (path.endsWith('/')) continue;
    if (typeof file === 'object' && 'link' in file) {
      symlinkSync(file.link, absolute);
      continue;
    }
    writeFileSync(absolute, typeof file === 'string' ? file : file.text);
    chmodSync(absolute, typeof file === 'string' ? 0o644 : file.mode);
  }
  return folder;
}

/** An element in memory, as `readElement` would give it for a folder with these files. */
export function elementOf(name: string, tree: TreeFixture): Element {
  const files = Object.entries(tree).map(([path, file]) => elementFileOf(path, file));
  const list = (path: string): readonly string[] =>
    parseNameList(files.find((file) => file.path === path)?.content.toString('utf8') ?? '');
  return {
    name,
    directory: `/elements/${name}`,
    dependencies: list('element-deps'),
    provides: list('element-provides'),
    declarations: noDeclarations,
    files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

function elementFileOf(path: string, file: FileFixture): ElementFile {
  if (typeof file === 'object' && 'link' in file) {
    return {
      path,
      mode: 0o777,
      kind: 'symlink',
      digest: digestOf(file.link),
      content: Buffer.from(file.link),
    };
  }
  const [text, mode] = typeof file === 'string' ? [file, 0o644] : [file.text, file.mode];
  return { path, mode, kind: 'file', digest: digestOf(text), content: Buffer.from(text) };
}
