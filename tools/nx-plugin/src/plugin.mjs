import module from 'node:module';
import { join } from 'node:path';

// Plain JavaScript, so that an older Node gets this far: it could only call the TypeScript a syntax error.
if (!process.features.typescript) {
  throw new Error(`Kiln needs Node 24, and this is ${process.version}: run 'npm run setup', then 'npx nx …'`);
}

// Every command of Nx loads this anew, and every task the engine; compiled and stripped of its types it loads in half the time.
const compileCache = join(import.meta.dirname, '../../../.nx/compile-cache');
module.enableCompileCache(compileCache);
process.env.NODE_COMPILE_CACHE ??= compileCache;

// Not `export * from`, which is loaded before the check above; not `await import`, which Nx cannot require.
export const {
  name,
  createNodes,
  createDependencies,
  createMetadata,
  preTasksExecution,
  postTasksExecution,
} = module.createRequire(import.meta.url)('./plugin.ts');
