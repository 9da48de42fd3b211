import { resolve } from 'node:path';
import { fail } from '@kiln/engine/diagnostics/failure.ts';
import type { Command } from 'commander';
import { findWorkspaceRoot, openWorkspace, type Workspace } from '../app/workspace.ts';

/** The workspace that a command is about: around the folder of `--workspace`, or around the current one. */
export function currentWorkspace(command: Command): Workspace {
  const workspace = currentWorkspaceIfAny(command);
  return workspace ?? fail({ code: 'workspace-not-found', folder: folderOf(command) });
}

/** The same for commands that can do without. */
export function currentWorkspaceIfAny(command: Command): Workspace | undefined {
  const root = findWorkspaceRoot(folderOf(command));
  return root === undefined ? undefined : openWorkspace(root, process.env);
}

function folderOf(command: Command): string {
  return resolve((command.optsWithGlobals() as { readonly workspace: string }).workspace);
}
