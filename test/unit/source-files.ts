import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';

/** The workspace's folder. */
export const workspaceRoot = join(import.meta.dirname, '../..');

const notOurs: ReadonlySet<string> = new Set(['.git', '.nx', 'coverage', 'dist', 'node_modules']);

/** Paths, relative to the workspace, of all files below a folder, without what is installed, built or cached. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(join(workspaceRoot, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (notOurs.has(entry.name)) return [];
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

/** The text of a file of the workspace. */
export function readText(path: string): string {
  return readFileSync(join(workspaceRoot, path), 'utf8');
}

/** The sources of all packages: `tools/<package>/src/…`. */
export function packageSources(): readonly string[] {
  return filesBelow('tools').filter((path) => /^tools\/[^/]+\/src\/.*\.(ts|mjs)$/.test(path));
}

/** What a source imports, types included, as written. */
export function importsOf(path: string): readonly string[] {
  const code = readText(path).replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, '');
  const found = code.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^;'"]*?\bfrom\s+'([^']+)'|\bimport\(?\s*'([^']+)'/g,
  );
  return [...found].map((it) => it[1] ?? it[2] ?? '');
}

/** The source behind an import, or undefined for a module from outside of the workspace. */
export function resolveImport(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier);
  const ours = /^@kiln\/([^/]+)(?:\/(.+))?$/.exec(specifier);
  return ours === null ? undefined : `tools/${ours[1] ?? ''}/src/${ours[2] ?? 'index.ts'}`;
}

/** Whether a resolved import leads to a file. */
export function isSource(path: string): boolean {
  return statSync(join(workspaceRoot, path), { throwIfNoEntry: false })?.isFile() === true;
}
