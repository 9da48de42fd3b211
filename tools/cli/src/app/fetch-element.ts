import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '@kiln/engine/diagnostics/failure.ts';
import { nearName } from '@kiln/engine/diagnostics/near-name.ts';
import type { ResolvedImage } from '@kiln/engine/elements/resolved-image.ts';
import type { Report } from '@kiln/engine/events/build-event.ts';
import { fetchSources, type SourceFetch } from '@kiln/engine/execute/locks/fetch-sources.ts';
import { pinOf } from '@kiln/engine/lock/image-lock.ts';
import { engineRequest, loadReported } from './build.ts';
import { elementFolders } from './describe-element.ts';
import { loadImage } from './load-image.ts';
import { reportProblems } from './report-problems.ts';
import { imageNames, lockFileOf, type Workspace } from './workspace.ts';

/**
 * Fetches what an element's `source-repository-*` files ask for into the store, as the images that use the element take it.
 *
 * @returns exit code.
 */
export async function fetchElement(workspace: Workspace, element: string): Promise<number> {
  return reportProblems(async (problems) => {
    const report: Report = (event) => {
      if (event.type === 'note') process.stderr.write(`${event.message}\n`);
      problems(event);
    };
    const folders = elementFolders(workspace);
    const folder = folders.get(element);
    if (folder === undefined)
      return fail({ code: 'element-not-found', element, near: nearName(element, folders.keys()) });
    const uses = usesOf(workspace, element);
    const [first] = uses;
    if (first === undefined) {
      process.stdout.write(`${element}: no image uses it, so nothing is fetched\n`);
      return 0;
    }
    const { signal } = new AbortController();
    const common = { workspace, image: first.image.definition.name, configuration: undefined };
    const { image: _, lockFile: __, ...request } = engineRequest({ ...common, report, signal }, first.image);
    const things = await fetchSources({ ...request, uses, names: sourceNames(folder) });
    for (const { entry } of things)
      process.stdout.write(`${entry.kind} ${entry.name} ${pinOf(entry)} is in the store\n`);
    if (things.length === 0)
      process.stdout.write(`${element}: the images that use it need no source of it\n`);
    return 0;
  });
}

/** First words of the lines in `source-repository-*`. */
function sourceNames(folder: string): ReadonlySet<string> {
  const files = readdirSync(folder).filter((name) => name.startsWith('source-repository-'));
  const lines = files.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'));
  return new Set(lines.flatMap((line) => /^\s*([^\s#]\S*)/.exec(line)?.[1] ?? []));
}

/** The images, in whichever configuration, whose closure has the element. */
function usesOf(workspace: Workspace, element: string): SourceFetch['uses'] {
  return imageNames(workspace).flatMap((name) => {
    const plain = loadImage(workspace, name, undefined);
    if (!plain.ok) return [];
    const load = (configuration: string): ResolvedImage =>
      loadReported({ workspace, image: name, configuration, report: () => {} });
    const images = [plain.value, ...Object.keys(plain.value.definition.configurations).map(load)];
    return images
      .filter((image) => image.elements.some((it) => it.name === element))
      .map((image) => ({ image, lockFile: lockFileOf(workspace, name) }));
  });
}
