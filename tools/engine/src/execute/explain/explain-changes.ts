import { compareKeyRecords, type InputChange, type KeyRecord } from '../../fingerprint/key-record.ts';

/** One input of a key that differs, in words and as it stands in the two records. */
export interface ExplainedChange extends InputChange {
  readonly text: string;
}

/** What is needed to say it in a user's terms. */
export interface ExplainContext {
  /** Element behind a path of the hooks directory, as far as it is known. */
  readonly elementOf: (path: string) => string | undefined;
  /** Steps of the plan in order: layer 0 is that of the first. */
  readonly steps: readonly string[];
  /** Dates of locked things, ISO 8601, by kind and name (`apt bookworm`). */
  readonly lockedDates: ReadonlyMap<string, string>;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The inputs that differ between two key records, each in words, those that a user changed himself first. Pure. */
export function explainChanges(
  before: KeyRecord,
  now: KeyRecord,
  context: ExplainContext,
): readonly ExplainedChange[] {
  const changes = compareKeyRecords(before, now).map((change) => ({
    ...change,
    text: sentence(change, context),
  }));
  const firstLayer = changes.find(({ name }) => isLayer(name));
  return changes
    .filter((change) => !isLayer(change.name) || change === firstLayer)
    .toSorted((a, b) => rankOf(a.name) - rankOf(b.name));
}

/** What comes from below is the least news. */
function rankOf(name: string): number {
  if (isLayer(name) || name === 'hooks changed by extra-data') return 2;
  return name === 'epoch' || name.startsWith('host ') ? 1 : 0;
}

const isLayer = (name: string): boolean => /^layer \d+$/.test(name);

type Describe = (change: InputChange, subject: string, context: ExplainContext) => string;

/** By the first word of an input's name; the rest of the name is the subject. */
const sentences: Readonly<Record<string, Describe>> = {
  environment: (change, name) => valueSentence(name, change),
  hook: (change, path, { elementOf }) => fileSentence(ofElement(path, elementOf(path)), change),
  element: (change, path) => {
    const [element = '', ...rest] = path.split('/');
    return fileSentence(`file ${rest.join('/')} of element ${element}`, change);
  },
  host: (change, name) => {
    if (change.before === undefined || change.before === 'absent') return `the host has ${name} now`;
    if (change.now === undefined || change.now === 'absent') return `the host no longer has ${name}`;
    return `the host's ${name} changed`;
  },
  locked: (change, name, context) => lockedSentence(change, name, context),
  library: (change, path) => fileSentence(`${path} of diskimage-builder's library`, change),
  mount: (_change, path) => `what hooks of earlier steps mounted at ${path} changed`,
  layer: (_change, index, { steps }) => `the content of step ${steps[Number(index)] ?? index} changed`,
};

const plainNames: Readonly<Record<string, string>> = {
  epoch: 'the latest time that files may carry',
  fstab: 'the fstab of the disk',
  packages: 'the packages of the definition',
  engine: 'the way in which Kiln works',
  'hooks changed by extra-data': 'what extra-data hooks make of the hooks directory',
  'block device': 'the block-device configuration',
};

function sentence(change: InputChange, context: ExplainContext): string {
  const [first = '', ...rest] = change.name.split(' ');
  const describe = sentences[first];
  if (describe !== undefined && rest.length > 0) return describe(change, rest.join(' '), context);
  const plain = plainNames[change.name];
  if (change.name === 'epoch')
    return `${plain}: ${dateOf(change.before) ?? 'none'} → ${dateOf(change.now) ?? 'none'}`;
  if (plain !== undefined) return `${plain} changed`;
  if (change.name.includes('/') || looksLikeFile(change))
    return fileSentence(ofElement(change.name, context.elementOf(change.name)), change);
  return valueSentence(change.name, change);
}

/** The value of a file is its mode and its digest. */
function looksLikeFile({ before, now }: InputChange): boolean {
  return /^(link|file|symlink|[0-7]{3}) \S+$/.test(now ?? before ?? '');
}

function ofElement(path: string, element: string | undefined): string {
  return element === undefined ? path : `${path} of ${element}`;
}

function fileSentence(subject: string, { before, now }: InputChange): string {
  if (before === undefined) return `${subject} added`;
  if (now === undefined) return `${subject} removed`;
  const [modeBefore, digestBefore] = before.split(' ');
  const [modeNow, digestNow] = now.split(' ');
  return digestBefore === digestNow && modeBefore !== modeNow
    ? `${subject}: mode ${modeBefore} → ${modeNow}`
    : `${subject} changed`;
}

function valueSentence(name: string, { before, now }: InputChange): string {
  if (isSecret(before) && isSecret(now)) return `${name}, a secret, changed`;
  if (before === undefined) return `${name} is now set: ${shown(now)}`;
  if (now === undefined) return `${name} is no longer set (was ${shown(before)})`;
  return `${name} ${shown(before)} → ${shown(now)}`;
}

const isSecret = (value = ''): boolean => /^secret [0-9a-f]{64}$/.test(value);

function lockedSentence(
  { before, now }: InputChange,
  name: string,
  { lockedDates, now: today }: ExplainContext,
): string {
  const [kind = '', ...rest] = name.split(' ');
  const words: Readonly<Record<string, string>> = { apt: 'the package index', git: 'the git repository' };
  const subject = `${words[kind] ?? `the ${kind}`} ${rest.join(' ')}`;
  if (before === undefined) return `${subject} is locked now`;
  if (now === undefined) return `${subject} is no longer locked`;
  const date = lockedDates.get(name);
  const age = date === undefined ? '' : `, which is of ${date.slice(0, 10)} (${ageOf(date, today)})`;
  return `${subject} moved: ${shortPin(before)} → ${shortPin(now)}${age}`;
}

function ageOf(date: string, now: number): string {
  const days = Math.floor((now - Date.parse(date)) / 86_400_000);
  return days < 1 ? 'today' : days === 1 ? 'a day ago' : `${days} days ago`;
}

function dateOf(seconds: string | undefined): string | undefined {
  return seconds === undefined ? undefined : new Date(Number(seconds) * 1000).toISOString().slice(0, 10);
}

const shortPin = (pin: string): string => pin.replaceAll(/\b([0-9a-f]{10})[0-9a-f]{22,}\b/g, '$1');

function shown(value = ''): string {
  const line = shortPin(value).replaceAll(/\s+/g, ' ');
  if (line === '') return "''";
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
