import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fail } from '@kiln/engine/diagnostics/failure.ts';
import { nearName } from '@kiln/engine/diagnostics/near-name.ts';
import { imageNames, openWorkspace, type Workspace } from '../app/workspace.ts';

/** What a command that takes either was given. */
export interface ImageOrFile {
  readonly workspace: Workspace;
  readonly image: string | undefined;
  readonly artifact: string | undefined;
}

/** An image of the workspace goes before a file of its name. Outside of a workspace there are files only. */
export function imageOrFile(what: string, workspace: Workspace | undefined): ImageOrFile {
  const names = workspace === undefined ? [] : imageNames(workspace);
  const around = workspace ?? openWorkspace(process.cwd(), process.env);
  if (names.includes(what)) return { workspace: around, image: what, artifact: undefined };
  if (existsSync(what)) return { workspace: around, image: undefined, artifact: resolve(what) };
  if (what.includes('/') || workspace === undefined)
    fail({ code: 'artifact-unreadable', file: what, reason: 'there is no such file' });
  return fail({ code: 'image-not-found', image: what, near: nearName(what, names) });
}
