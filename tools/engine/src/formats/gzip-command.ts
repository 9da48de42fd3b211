import { fileURLToPath } from 'node:url';

/** The program and argument that a shell script calls instead of gzip: `gzip-main.ts`, by this Node. */
export const gzipProgram: readonly [string, string] = [
  process.execPath,
  fileURLToPath(new URL('./gzip-main.ts', import.meta.url)),
];

/** For keys: what the compressed bytes depend on beside the content. */
export const gzipVersion = `zlib ${process.versions.zlib}`;

/** The same as shell text, given the positional parameters in which the two words are; one thread for each core. */
export function gzipCommand(program: string, argument: string): string {
  return `UV_THREADPOOL_SIZE=$(nproc) "${program}" "${argument}"`;
}
