/** A value of LVM's text: a number, a text, a list, or a section with values of its own. */
type LvmValue = number | string | readonly LvmValue[] | LvmSection;
type LvmSection = { readonly [key: string]: LvmValue };

/** A volume group as its metadata describes it; extents count from the start of each physical volume's data. */
export interface FoundVolumeGroup {
  readonly name: string;
  readonly extentBytes: number;
  /** By the names that segments use: `pv0`. */
  readonly physicalVolumes: ReadonlyMap<
    string,
    { readonly id: string; readonly dataStartBytes: number; readonly extents: number }
  >;
  readonly logicalVolumes: readonly FoundLogicalVolume[];
}

export interface FoundLogicalVolume {
  readonly name: string;
  readonly visible: boolean;
  readonly segments: readonly FoundSegment[];
}

/** `type` is LVM's own word; only linear segments have stripes that can be read here. */
export interface FoundSegment {
  readonly extents: number;
  readonly type: string;
  /** For linear segments. */
  readonly physicalVolume: string | undefined;
  readonly firstExtent: number;
  /** For `thin`: the pool, and the volume's number in it. */
  readonly pool: string | undefined;
  readonly deviceNumber: number;
  /** For `thin-pool`: the hidden volumes behind it. */
  readonly metadata: string | undefined;
  readonly data: string | undefined;
  readonly chunkBytes: number;
}

const sectorBytes = 512;

/** Reads the text of a metadata area. Throws a SyntaxError with what stands where something else was expected. */
export function parseLvmMetadata(text: string): FoundVolumeGroup {
  const top = parseSection(tokensOf(text));
  const found = Object.entries(top).find(([, value]) => isSection(value));
  if (found === undefined) throw new SyntaxError('LVM metadata without a volume group');
  const [name, group] = found as [string, LvmSection];
  return {
    name,
    extentBytes: numberOf(group['extent_size']) * sectorBytes,
    physicalVolumes: new Map(
      sectionsOf(group['physical_volumes']).map(([key, volume]) => [
        key,
        {
          id: textOf(volume['id']) ?? '',
          dataStartBytes: numberOf(volume['pe_start']) * sectorBytes,
          extents: numberOf(volume['pe_count']),
        },
      ]),
    ),
    logicalVolumes: sectionsOf(group['logical_volumes']).map(([key, volume]) => ({
      name: key,
      visible: listOf(volume['status']).includes('VISIBLE'),
      segments: sectionsOf(volume)
        .toSorted(([, left], [, right]) => numberOf(left['start_extent']) - numberOf(right['start_extent']))
        .map(([, segment]) => segmentOf(segment)),
    })),
  };
}

function segmentOf(segment: LvmSection): FoundSegment {
  const stripes = listOf(segment['stripes']);
  const type = textOf(segment['type']) ?? '';
  const isLinear = type === 'striped' && stripes.length === 2;
  return {
    extents: numberOf(segment['extent_count']),
    type: isLinear ? 'linear' : type,
    physicalVolume: isLinear ? textOf(stripes[0]) : undefined,
    firstExtent: isLinear ? numberOf(stripes[1]) : 0,
    pool: textOf(segment['thin_pool']),
    deviceNumber: numberOf(segment['device_id']),
    metadata: textOf(segment['metadata']),
    data: textOf(segment['pool']),
    chunkBytes: numberOf(segment['chunk_size']) * sectorBytes,
  };
}

function isSection(value: LvmValue | undefined): value is LvmSection {
  return typeof value === 'object' && !Array.isArray(value);
}

function sectionsOf(value: LvmValue | undefined): readonly (readonly [string, LvmSection])[] {
  if (!isSection(value)) return [];
  return Object.entries(value).flatMap(([key, below]) => (isSection(below) ? [[key, below] as const] : []));
}

const listOf = (value: LvmValue | undefined): readonly LvmValue[] =>
  Array.isArray(value) ? (value as readonly LvmValue[]) : [];
const textOf = (value: LvmValue | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;
const numberOf = (value: LvmValue | undefined): number => (typeof value === 'number' ? value : 0);

/** Tokens from the last to the first, so that the next one is popped. */
function tokensOf(text: string): string[] {
  return [...text.matchAll(/#[^\n]*|"(?:[^"\\]|\\.)*"|[{}[\]=,]|[^\s{}[\]=,"#]+/g)]
    .map(([token]) => token)
    .filter((token) => !token.startsWith('#'))
    .toReversed();
}

function parseSection(tokens: string[]): LvmSection {
  const entries: [string, LvmValue][] = [];
  while (tokens.length > 0) {
    const key = tokens.pop() ?? '';
    if (key === '}') break;
    const next = tokens.pop();
    if (next === '{') entries.push([key, parseSection(tokens)]);
    else if (next === '=') entries.push([key, parseValue(tokens)]);
    else throw new SyntaxError(`'${next ?? 'the end'}' behind '${key}' in LVM metadata`);
  }
  return Object.fromEntries(entries);
}

function parseValue(tokens: string[]): LvmValue {
  const token = tokens.pop() ?? '';
  if (token.startsWith('"')) return token.slice(1, -1).replaceAll(/\\(.)/g, '$1');
  if (token !== '[') return Number(token);
  const items: LvmValue[] = [];
  while (tokens.length > 0) {
    const next = tokens.at(-1);
    if (next !== ']' && next !== ',') items.push(parseValue(tokens));
    else if (tokens.pop() === ']') break;
  }
  return items;
}
