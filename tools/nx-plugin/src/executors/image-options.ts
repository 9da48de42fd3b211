import type { ExecutorContext } from '@nx/devkit';
import { openWorkspace, type Workspace } from '@kiln/cli/app/workspace.ts';
import type { ShowOptions } from '@kiln/cli/app/run-reported.ts';

/** Options of every task of an image, as schema.json has them. */
export interface ImageOptions {
  readonly image: string;
  readonly step?: string;
  readonly configuration?: string;
  readonly output?: string;
  readonly verbose?: boolean;
  readonly json?: boolean;
  readonly check?: boolean;
  readonly until?: string;
  readonly shell?: boolean;
  readonly what?: string;
  readonly firmware?: 'bios' | 'uefi';
}

/** The workspace that Nx runs in. */
export function workspaceOf(context: ExecutorContext): Workspace {
  return openWorkspace(context.root, process.env);
}

/** How a task of Nx is shown. */
export function showOptions(options: ImageOptions): ShowOptions {
  return { mode: options.json === true ? 'json' : undefined, verbose: options.verbose === true };
}
