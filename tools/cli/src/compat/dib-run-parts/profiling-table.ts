import { basename } from 'node:path';
import { byteOrder } from '@kiln/engine/util/byte-order.ts';
import type { ScriptTiming } from './run-scripts.ts';

/** The table at the end of a run, a row for each script in byte order, as lines without the command's name in front. */
export function profilingTable(directory: string, timings: readonly ScriptTiming[]): readonly string[] {
  const row = (left: string, right: string, width: number): string =>
    `${left.padEnd(40)} ${right.padStart(width)}`;
  return [
    '----------------------- PROFILING -----------------------',
    '',
    `Target: ${basename(directory)}`,
    '',
    row('Script', 'Seconds', 9),
    row('-'.repeat(39), '-'.repeat(10), 9),
    '',
    ...timings
      .toSorted((a, b) => byteOrder(a.script, b.script))
      .map(({ script, seconds }) => row(script, seconds.toFixed(3), 10)),
    '',
    '--------------------- END PROFILING ---------------------',
  ];
}
