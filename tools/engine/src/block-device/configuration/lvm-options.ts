/** Which LVM command an entry's `options` are meant for. */
export type LvmCommand = 'pvcreate' | 'vgcreate' | 'lvcreate';

export interface LvmOptions {
  /** `-s`, `--physicalextentsize` of vgcreate. */
  readonly extentBytes: number | undefined;
  /** Options that would change what is made, and that Kiln does not know. */
  readonly unknown: readonly string[];
}

/** Questions, checks and activation: nothing that shows on the disk. */
const idleFlags = new Set(['-f', '-ff', '--force', '-y', '--yes', '-v', '--verbose', '-q', '--quiet', '-t']);
const idleValues: Readonly<Record<LvmCommand, readonly string[]>> = {
  pvcreate: ['-W', '--wipesignatures', '-Z', '--zero', '-M', '--metadatatype'],
  vgcreate: ['-W', '--wipesignatures', '-Z', '--zero', '-M', '--metadatatype', '-A', '--autobackup'],
  lvcreate: [
    '-W',
    '--wipesignatures',
    '-Z',
    '--zero',
    '-A',
    '--autobackup',
    '-a',
    '--activate',
    '-k',
    '--setactivationskip',
    '--poolmetadataspare',
  ],
};
const extentSizeOptions = ['-s', '--physicalextentsize'];

/** Sorts the words that a configuration would pass on to one of LVM's commands. */
export function parseLvmOptions(command: LvmCommand, words: readonly string[]): LvmOptions {
  const unknown: string[] = [];
  let extentBytes: number | undefined;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (idleFlags.has(word)) continue;
    const { name, attached } = splitOption(word);
    const takesExtents = command === 'vgcreate' && extentSizeOptions.includes(name);
    if (!takesExtents && !idleValues[command].includes(name)) {
      unknown.push(word);
      continue;
    }
    if (attached === undefined) index += 1;
    if (!takesExtents) continue;
    extentBytes = parseLvmSize(attached ?? words[index] ?? '');
    if (extentBytes === undefined) unknown.push(word);
  }
  return { extentBytes, unknown };
}

/** `--zero=y`, `-Zy`: an option with its value in one word. */
function splitOption(word: string): { readonly name: string; readonly attached: string | undefined } {
  const long = /^(--[^=]+)=(.*)$/.exec(word);
  if (long !== null) return { name: long[1] ?? '', attached: long[2] };
  const short = /^(-[A-Za-z])(.+)$/.exec(word);
  if (short !== null) return { name: short[1] ?? '', attached: short[2] };
  return { name: word, attached: undefined };
}

/** LVM's sizes: MiB where no unit is named, and powers of two whatever the unit's case (lvmcmd, "size"). */
function parseLvmSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([bskmgt]?)(?:i?b)?$/i.exec(text.trim());
  if (match === null) return undefined;
  const units: Readonly<Record<string, number>> = {
    b: 1,
    s: 512,
    k: 2 ** 10,
    m: 2 ** 20,
    g: 2 ** 30,
    t: 2 ** 40,
  };
  return Math.floor(Number(match[1]) * (units[(match[2] ?? '').toLowerCase() || 'm'] ?? 1));
}
