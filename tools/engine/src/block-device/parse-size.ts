const unitBytes: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  K: 1e3,
  KB: 1e3,
  M: 1e6,
  MB: 1e6,
  G: 1e9,
  GB: 1e9,
  T: 1e12,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/**
 * Size in bytes of a text such as `550MiB`, `8 GB` or `4096`; a unit alone means one of it. Undefined: not a size.
 *
 * Units as in diskimage-builder: KiB, MiB, GiB, TiB by 1024; K, KB, M, MB, G, GB, T, TB by 1000; B or nothing is bytes.
 */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)?\s*([A-Za-z]*)$/.exec(text.trim());
  if (match === null || match[0] === '') return undefined;
  const unit = unitBytes[match[2] ?? ''];
  return unit === undefined ? undefined : Math.floor(Number(match[1] ?? '1') * unit);
}

/** `37.5` for `37.5%`; undefined where the text is no percentage between 0 and 100. */
export function parsePercentage(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*%$/.exec(text.trim());
  const percent = Number(match?.[1] ?? Number.NaN);
  return percent > 0 && percent <= 100 ? percent : undefined;
}
