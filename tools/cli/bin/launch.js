// Kiln's sources are TypeScript that Node runs as it is, from version 24 on. An older one hands over to that of the
// workspace; this file and the commands beside it are therefore plain JavaScript that any Node can read.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const oldest = 24;
const here = dirname(fileURLToPath(import.meta.url));

/** Sources of the commands that do not have a folder of their own name below `compat`. */
const sources = {
  kiln: '../src/main.ts',
  'ramdisk-image-create': '../src/compat/disk-image-create/main.ts',
  'diskimage-create.sh': '../src/compat/octavia/diskimage-create.ts',
  'diskimage-create': '../src/compat/octavia/diskimage-create.ts',
  'image-tests.sh': '../src/compat/octavia/image-tests.ts',
};

/** The nearest `node_modules/.bin/node` above a folder. */
function findNode(folder) {
  const candidate = join(folder, 'node_modules/.bin/node');
  if (existsSync(candidate)) return candidate;
  return dirname(folder) === folder ? undefined : findNode(dirname(folder));
}

/** Compiled, and stripped of their types, the sources load in a third of the time. Where the folder cannot be written nothing is kept. */
function keepCompiled() {
  const caches = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE || join(caches, 'kiln', 'compiled'));
}

/** Runs the command of this name: `main(args, name)` of its source gives the exit code. */
export async function launch(name) {
  if (Number(process.versions.node.split('.')[0]) >= oldest) {
    keepCompiled();
    const { main } = await import(sources[name] ?? `../src/compat/${name}/main.ts`);
    process.exitCode = await main(process.argv.slice(2), name);
    return;
  }
  const node = process.env.KILN_NODE_TRIED === '1' ? undefined : findNode(here);
  if (node === undefined) {
    process.stderr.write(
      `${name}: needs Node.js ${oldest} or newer, and this is ${process.versions.node}; run 'npm run setup' in the workspace, which brings one\n`,
    );
    process.exitCode = 3;
    return;
  }
  const child = spawn(node, [join(here, `${name}.js`), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, KILN_NODE_TRIED: '1' },
  });
  // The terminal sends an interrupt to both; the child decides what it means.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`${name}: cannot run ${node}: ${error.message}\n`);
    process.exitCode = 3;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exitCode = code ?? 1;
    else process.exitCode = signal === 'SIGINT' ? 130 : 1;
  });
}
