import { vi } from 'vitest';
import { main } from '../../src/main.ts';

/** Runs `kiln` in this process. @returns what it wrote, and its exit code. */
export async function runKiln(...args: readonly string[]) {
  let [stdout, stderr] = ['', ''];
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += String(text);
    return true;
  });
  const err = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += String(text);
    return true;
  });
  try {
    return { exitCode: await main(args), stdout: () => stdout, stderr: () => stderr };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}
