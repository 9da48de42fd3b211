import { parseSize as parseNumberedSize } from '../util/parse-size.ts';

/** Size in bytes of a text such as `550MiB`, `8 GB` or `4096`; in layouts, a unit alone means one of it. Undefined: not a size. */
export function parseSize(text: string): number | undefined {
  return parseNumberedSize(/^\s*[A-Za-z]/.test(text) ? `1${text.trim()}` : text);
}

/** `37.5` for `37.5%`; undefined where the text is no percentage between 0 and 100. */
export function parsePercentage(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*%$/.exec(text.trim());
  const percent = Number(match?.[1] ?? Number.NaN);
  return percent > 0 && percent <= 100 ? percent : undefined;
}
