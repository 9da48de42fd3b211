import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openWorkspace } from '../app/workspace.ts';
import { elementPages, elementPagesFolder } from './element-pages.ts';

// Writes the generated part of the reference anew, and removes pages of elements that are gone.
const root = join(import.meta.dirname, '../../../..');
const pages = elementPages(openWorkspace(root, {}));
const folder = join(root, elementPagesFolder);
await mkdir(folder, { recursive: true });
for (const name of await readdir(folder)) if (!pages.has(name)) await rm(join(folder, name));
for (const [name, text] of pages) await writeFile(join(folder, name), text);
process.stdout.write(`${pages.size} pages in ${elementPagesFolder}\n`);
