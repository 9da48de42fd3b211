import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeElement, elementFolders } from '../app/describe-element.ts';
import type { Workspace } from '../app/workspace.ts';
import { elementIndex, elementPage } from './element-page.ts';

/** Where the pages lie, relative to the workspace. */
export const elementPagesFolder = 'docs/reference/elements';

/** The reference pages of a workspace's own elements by file name, as they should be. */
export function elementPages(workspace: Workspace): ReadonlyMap<string, string> {
  const own = { ...workspace, elementPath: workspace.elementPath.slice(0, 1) };
  const names = new Set(elementFolders(own).keys());
  const elements = [...names].map((name) => describeElement(own, name));
  const pages = elements.map((element) => {
    const file = join(element.directory, 'README.md');
    const readme = existsSync(file) ? readFileSync(file, 'utf8') : `# ${element.name}\n`;
    return [`${element.name}.md`, elementPage({ element, readme, pages: names })] as const;
  });
  return new Map([['README.md', elementIndex(elements)], ...pages]);
}
