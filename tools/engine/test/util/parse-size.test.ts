import { describe, expect, it } from 'vitest';
import { parseSize } from '../../src/util/parse-size.ts';

describe('parseSize', () => {
  it.each([
    ['1KiB', 1024],
    ['1 MiB', 1024 ** 2],
    ['2GiB', 2 * 1024 ** 3],
    ['1TiB', 1024 ** 4],
    ['1KB', 1000],
    ['1K', 1000],
    ['1M', 1e6],
    ['1G', 1e9],
    ['1T', 1e12],
    ['7B', 7],
    ['7', 7],
    ['0.5KiB', 512],
    ['1.0005KB', 1000],
  ])('reads %s', (text, bytes) => expect(parseSize(text)).toBe(bytes));

  it.each(['', 'GiB', '1kb', '1 GiBs', '-1', '1,5G', '0x10'])("refuses '%s'", (text) =>
    expect(parseSize(text)).toBeUndefined(),
  );
});
