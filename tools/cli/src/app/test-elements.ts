import { spawn } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fail } from '@kiln/engine/diagnostics/failure.ts';
import { nearName } from '@kiln/engine/diagnostics/near-name.ts';
import { findPrivilege } from '@kiln/engine/sandbox/privilege.ts';
import { elementFolders } from './describe-element.ts';
import type { Workspace } from './workspace.ts';

/** Which tests of elements are to run, and how. */
export interface TestElementsRequest {
  readonly workspace: Workspace;
  /** Names of elements; none: all elements of the workspace that have tests. */
  readonly elements: readonly string[];
  /** Only tests whose names match this pattern. */
  readonly only?: string | undefined;
}

/**
 * Runs the tests of elements, `tests/*.test.ts` and `test-elements/<case>`, as root: by `sudo -n` where the user is another.
 * Fails with 'element-not-found', 'element-without-tests'.
 *
 * @returns the exit code: 0 when all passed.
 */
export async function testElements(request: TestElementsRequest): Promise<number> {
  const folders = foldersToTest(request);
  const module = createRequire(import.meta.url);
  const script = join(dirname(module.resolve('vitest/package.json')), 'vitest.mjs');
  const config = module.resolve('@kiln/testkit/element-tests/vitest.config.ts');
  const [file = '', ...args] = [
    ...(await asRoot(folders)),
    process.execPath,
    script,
    'run',
    '--config',
    config,
    '--root',
    request.workspace.root,
    ...(request.only === undefined ? [] : ['--testNamePattern', request.only]),
  ];
  const env = { ...process.env, KILN_TEST_ELEMENTS: folders.join(':') };
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: request.workspace.root, stdio: 'inherit', env });
    // The terminal sends an interrupt to both; the tests decide what it means.
    const wait = (): void => {};
    process.on('SIGINT', wait);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      process.off('SIGINT', wait);
      resolve(signal === 'SIGINT' ? 130 : (code ?? 1));
    });
  });
}

/** Whether an element's folder has tests. */
export function hasTests(folder: string): boolean {
  return (
    existsSync(join(folder, 'test-elements')) || globSync('tests/**/*.test.ts', { cwd: folder }).length > 0
  );
}

function foldersToTest({ workspace, elements }: TestElementsRequest): readonly string[] {
  const known = elementFolders(workspace);
  if (elements.length === 0) return [...known.values()].filter(hasTests);
  return elements.map((name) => {
    const folder = known.get(name);
    if (folder === undefined)
      return fail({ code: 'element-not-found', element: name, near: nearName(name, known.keys()) });
    return hasTests(folder) ? folder : fail({ code: 'element-without-tests', element: name, folder });
  });
}

/** Words that run a command as root, with what tests look at in the environment: sudo keeps nothing of it. */
async function asRoot(folders: readonly string[]): Promise<readonly string[]> {
  const privilege = await findPrivilege();
  if (privilege.length === 0) return [];
  const kept = Object.entries(process.env).flatMap(([name, value]) =>
    /^(?:PATH|CI|NO_COLOR|FORCE_COLOR|TERM|(?:KILN|DIB)_\w+|\w+_proxy)$/.test(name)
      ? [`${name}=${value}`]
      : [],
  );
  return [...privilege, 'env', ...kept, `KILN_TEST_ELEMENTS=${folders.join(':')}`];
}
