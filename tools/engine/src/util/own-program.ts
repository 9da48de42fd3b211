import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The command that starts one of Kiln's own programs, on the Node that runs already; where that keeps compiled modules, the program shares
 * them, which spares it most of its start.
 */
export function ownProgram(source: URL): readonly [string, ...string[]] {
  const command = [process.execPath, fileURLToPath(source)] as const;
  const kept = Object.entries(compileCache()).map(([name, value]) => `${name}=${value}`);
  return kept.length === 0 ? command : ['env', ...kept, ...command];
}

/**
 * The same as an environment. Of root's only: programs run as root, and would leave files in the folder of a user who could not
 * remove them.
 */
export function compileCache(): Readonly<Record<string, string>> {
  const folder = getCompileCacheDir();
  // Node adds a folder of its version and of the user's.
  return folder === undefined || process.getuid?.() !== 0 ? {} : { NODE_COMPILE_CACHE: dirname(folder) };
}
