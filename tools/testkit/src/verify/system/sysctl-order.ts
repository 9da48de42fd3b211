import { matchesGlob } from 'node:path/posix';
import type { DiskTree } from '../../disk/open-tree.ts';

/** A value that the kernel would get, and the file that says so last. */
export interface SysctlSetting {
  readonly value: string;
  readonly file: string;
}

/** Folders of sysctl.d(5), the strongest first. */
const directories = [
  '/etc/sysctl.d',
  '/run/sysctl.d',
  '/usr/local/lib/sysctl.d',
  '/usr/lib/sysctl.d',
  '/lib/sysctl.d',
];

/**
 * Simulates systemd-sysctl: of files with one name the strongest folder's counts, all files go in byte order of
 * their names, and the last assignment wins. A link to `/dev/null` masks a file.
 *
 * @returns settings by key, with dots (`net.ipv4.tcp_mtu_probing`).
 */
export async function readSysctlSettings(tree: DiskTree): Promise<ReadonlyMap<string, SysctlSetting>> {
  const files = new Map<string, string>();
  for (const directory of directories) {
    for (const name of (await tree.list(directory)) ?? []) {
      if (name.endsWith('.conf') && !files.has(name)) files.set(name, `${directory}/${name}`);
    }
  }
  const settings = new Map<string, SysctlSetting>();
  const patterns = new Map<string, SysctlSetting>();
  for (const name of [...files.keys()].toSorted()) {
    const file = files.get(name) ?? name;
    for (const [key, value] of parseSysctl((await tree.readText(file)) ?? '')) {
      const into = /[*?[]/u.test(key) ? patterns : settings;
      into.delete(key);
      into.set(key, { value, file });
    }
  }
  return new Map([...settings, ...patterns]);
}

/** Value for a key, from the settings or from a pattern among them (`net.ipv4.conf.*.rp_filter`). */
export function effectiveSysctl(
  settings: ReadonlyMap<string, SysctlSetting>,
  key: string,
): SysctlSetting | undefined {
  const exact = settings.get(key);
  if (exact !== undefined) return exact;
  const slashed = key.replaceAll('.', '/');
  let last: SysctlSetting | undefined;
  for (const [pattern, setting] of settings) {
    if (/[*?[]/u.test(pattern) && matchesGlob(slashed, pattern.replaceAll('.', '/'))) last = setting;
  }
  return last;
}

/** Parses one file: `key = value` a line, `#` or `;` before comments, `-` before keys that may fail. */
export function parseSysctl(text: string): readonly (readonly [string, string])[] {
  const pairs: [string, string][] = [];
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    const equals = line.indexOf('=');
    if (line === '' || line.startsWith('#') || line.startsWith(';') || equals < 1) continue;
    pairs.push([normaliseKey(line.slice(0, equals)), normaliseValue(line.slice(equals + 1))]);
  }
  return pairs;
}

/** Numbers of one setting may be parted by any white space. */
export function normaliseValue(value: string): string {
  return value.trim().split(/\s+/u).join(' ');
}

/** Keys may be written with slashes; then dots in them are part of names. */
function normaliseKey(key: string): string {
  const plain = key.trim().replace(/^-/u, '').trim();
  const slash = plain.indexOf('/');
  const dot = plain.indexOf('.');
  const slashed = slash !== -1 && (dot === -1 || slash < dot);
  return slashed ? plain.replaceAll(/[./]/gu, (sign) => (sign === '/' ? '.' : '/')) : plain;
}
