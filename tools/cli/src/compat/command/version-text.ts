import { readFileSync } from 'node:fs';

/** The release of diskimage-builder whose behaviour the compatible commands have. */
export const compatibleVersion = '3.42.0';

/** What `--version` of a compatible command prints. */
export function versionText(name: string): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  const { version } = JSON.parse(text) as { readonly version: string };
  return `${name} of Kiln ${version}, compatible with diskimage-builder ${compatibleVersion}\n`;
}
