import { stat } from 'node:fs/promises';
import { formatBytes } from '../util/format-bytes.ts';
import type { Fetching } from './fetching.ts';

const intervalMs = 5000;

/**
 * Runs what writes a file of the outside world, and tells every five seconds how much of it is there; in the end how long it took, if it
 * took that long.
 *
 * @param shown the location without its password.
 * @param file may not be there yet.
 */
export async function tellingProgress<T>(
  { report }: Pick<Fetching, 'report'>,
  { shown, file }: { readonly shown: string; readonly file: string },
  body: () => Promise<T>,
): Promise<T> {
  const started = performance.now();
  const soFar = async (): Promise<string> => formatBytes((await stat(file).catch(() => ({ size: 0 }))).size);
  let isTold = false;
  const tell = async (): Promise<void> => {
    isTold = true;
    report({ type: 'note', message: `fetching ${shown}: ${await soFar()} so far` });
  };
  const timer = setInterval(() => void tell(), intervalMs).unref();
  try {
    const result = await body();
    if (isTold) {
      const seconds = ((performance.now() - started) / 1000).toFixed(0);
      report({ type: 'note', message: `fetched ${shown}: ${await soFar()} in ${seconds} s` });
    }
    return result;
  } finally {
    clearInterval(timer);
  }
}
