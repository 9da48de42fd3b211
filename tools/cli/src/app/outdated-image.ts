import { fail } from '@kiln/engine/diagnostics/failure.ts';
import type { Report } from '@kiln/engine/events/build-event.ts';
import { findOutdated } from '@kiln/engine/execute/locks/find-outdated.ts';
import { coloursFor } from '../report/colours.ts';
import { outdatedText } from '../report/outdated-text.ts';
import { engineRequest, loadReported } from './build.ts';
import { readManifest } from './read-manifest.ts';
import { reportProblems } from './report-problems.ts';
import { outputDirectory, type Workspace } from './workspace.ts';

/** Which image's packages are to be compared with what its mirror has now. */
export interface OutdatedImageRequest {
  readonly workspace: Workspace;
  readonly image: string;
  readonly configuration?: string | undefined;
  readonly json?: boolean | undefined;
}

/**
 * Compares the packages of the image as it was last built with its package indexes as they are now, and prints what is newer. The lock
 * stays as it is.
 *
 * @returns exit code: 0 whatever was found; 1 to 3 where it could not be told.
 */
export async function outdatedImage(request: OutdatedImageRequest): Promise<number> {
  return reportProblems(async (problems) => {
    const { workspace, image: name, configuration } = request;
    const report: Report = (event) => {
      if (event.type === 'note') process.stderr.write(`${event.message}\n`);
      problems(event);
    };
    const directory = outputDirectory(workspace, name, configuration);
    const manifest = readManifest(directory);
    const what = configuration === undefined ? name : `${name}:${configuration}`;
    const image = loadReported({ workspace, image: name, configuration, report });
    if (manifest === undefined) fail({ code: 'not-built', what, directory });
    // Nothing is to be cleared up after an interruption: what was fetched is whole or absent.
    const { signal } = new AbortController();
    const common = engineRequest({ workspace, image: name, configuration, report, signal }, image);
    const { packages } = manifest;
    const found = await findOutdated({ ...common, packages });
    process.stdout.write(
      request.json === true
        ? `${JSON.stringify({ formatVersion: 1, image: what, packages: packages.length, ...found }, null, 2)}\n`
        : outdatedText(found, {
            image: what,
            packages: packages.length,
            colours: coloursFor(process.stdout),
          }),
    );
    return 0;
  });
}
