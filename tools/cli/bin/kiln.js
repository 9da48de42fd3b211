#!/usr/bin/env node
// Kiln's sources are TypeScript that Node runs as it is, from version 24 on. An older one hands over to that of the
// workspace; this file is therefore plain JavaScript that any Node can read.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const oldest = 24;

/** The nearest `node_modules/.bin/node` above a folder. */
function findNode(folder) {
  const candidate = join(folder, 'node_modules/.bin/node');
  if (existsSync(candidate)) return candidate;
  return dirname(folder) === folder ? undefined : findNode(dirname(folder));
}

async function run() {
  if (Number(process.versions.node.split('.')[0]) >= oldest) {
    const { main } = await import('../src/main.ts');
    process.exitCode = await main(process.argv.slice(2));
    return;
  }
  const self = fileURLToPath(import.meta.url);
  const node = process.env.KILN_NODE_TRIED === '1' ? undefined : findNode(dirname(self));
  if (node === undefined) {
    process.stderr.write(
      `kiln: needs Node.js ${oldest} or newer, and this is ${process.versions.node}; run 'npm ci' in the workspace, which brings one\n`,
    );
    process.exitCode = 3;
    return;
  }
  const child = spawn(node, [self, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, KILN_NODE_TRIED: '1' },
  });
  // The terminal sends an interrupt to both; the child decides what it means.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`kiln: cannot run ${node}: ${error.message}\n`);
    process.exitCode = 3;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exitCode = code ?? 1;
    else process.exitCode = signal === 'SIGINT' ? 130 : 1;
  });
}

await run();
