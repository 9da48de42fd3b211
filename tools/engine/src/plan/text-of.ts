import type { HookFile } from '../elements/merge-hooks.ts';

/** All text of some files, to look for names in. */
export function textOf(files: readonly HookFile[]): string {
  return files
    .filter((file) => file.kind === 'file' && !file.content.includes(0))
    .map((file) => file.content.toString('utf8'))
    .join('\n');
}
