import { basename } from 'node:path/posix';
import { globTree } from '../../disk/glob-tree.ts';
import type { DiskTree } from '../../disk/open-tree.ts';
import { readMachineId } from './machine-id.ts';

/**
 * How systemd would treat a unit at the image's first boot. `by` names the links or the rule that decide.
 * `dangling`: links want it, but there is no such unit. An alias has the state of the unit behind it.
 */
export interface UnitState {
  readonly state: 'enabled' | 'disabled' | 'masked' | 'missing' | 'dangling';
  readonly by: string;
}

/** Folders of unit files, the strongest first (systemd.unit(5)). */
const unitDirectories = [
  '/etc/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
];
const presetDirectories = [
  '/etc/systemd/system-preset',
  '/usr/local/lib/systemd/system-preset',
  '/usr/lib/systemd/system-preset',
  '/lib/systemd/system-preset',
];

/** Finds out the state of one unit from links, masks, SysV links, and (for a first boot) presets. */
export async function readUnitState(tree: DiskTree, unit: string): Promise<UnitState> {
  const file = await findUnitFile(tree, unit);
  if (file !== undefined && (await isMasked(tree, file))) return { state: 'masked', by: file };
  const target = basename((file === undefined ? undefined : await tree.readLink(file)) ?? unit);
  if (target !== unit && !target.includes('@')) return readUnitState(tree, target);
  const links = await findWants(tree, unit);
  if (links.length > 0) return { state: file === undefined ? 'dangling' : 'enabled', by: links.join(', ') };
  if (file === undefined) {
    const scripts = await globTree(tree, `/etc/rc[2345].d/S[0-9][0-9]${unit.replace(/\.service$/u, '')}`);
    return scripts.length > 0
      ? { state: 'enabled', by: scripts.join(', ') }
      : { state: 'missing', by: 'no unit file' };
  }
  const preset = await presetOnFirstBoot(tree, unit, file);
  return preset ?? { state: 'disabled', by: `no link wants ${file}` };
}

/** The file that defines a unit or the template behind it; undefined where there is none. */
export async function findUnitFile(tree: DiskTree, unit: string): Promise<string | undefined> {
  const template = unit.replace(/@[^.]+\./u, '@.');
  for (const name of new Set([unit, template])) {
    for (const directory of unitDirectories) {
      if ((await tree.stat(`${directory}/${name}`)) !== undefined) return `${directory}/${name}`;
    }
  }
  return undefined;
}

/** Masked: a link to /dev/null, or an empty file. The image's own /dev may be empty, so the link is read, not followed. */
async function isMasked(tree: DiskTree, file: string): Promise<boolean> {
  if ((await tree.readLink(file)) === '/dev/null') return true;
  const entry = await tree.statTarget(file);
  return entry?.kind === 'file' && entry.sizeBytes === 0;
}

/** Links in `*.wants`, `*.requires` and `*.upholds`, and aliases that are themselves wanted. */
async function findWants(tree: DiskTree, unit: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const directory of unitDirectories) {
    if (directory === '/lib/systemd/system' && (await tree.stat('/lib'))?.kind === 'symlink') continue;
    for (const kind of ['wants', 'requires', 'upholds']) {
      found.push(...(await globTree(tree, `${directory}/*.${kind}/${unit}`)));
    }
  }
  return found;
}

/** At a first boot, systemd enables what the presets enable; a unit without [Install] cannot be enabled. */
async function presetOnFirstBoot(tree: DiskTree, unit: string, file: string): Promise<UnitState | undefined> {
  if ((await readMachineId(tree)) !== 'first-boot') return undefined;
  const text = (await tree.readText(file)) ?? '';
  if (!/^\s*(?:WantedBy|RequiredBy|UpheldBy)\s*=\s*\S/mu.test(text)) return undefined;
  const rule = await findPreset(tree, unit);
  return rule.enable ? { state: 'enabled', by: `at the first boot, ${rule.by}` } : undefined;
}

/** First matching line of all preset files in byte order of their names; without any, a unit is enabled. */
async function findPreset(
  tree: DiskTree,
  unit: string,
): Promise<{ readonly enable: boolean; readonly by: string }> {
  const files = new Map<string, string>();
  for (const directory of presetDirectories) {
    for (const name of (await tree.list(directory)) ?? []) {
      if (name.endsWith('.preset') && !files.has(name)) files.set(name, `${directory}/${name}`);
    }
  }
  for (const name of [...files.keys()].toSorted()) {
    const file = files.get(name) ?? name;
    for (const line of ((await tree.readText(file)) ?? '').split('\n')) {
      const [verb = '', pattern = ''] = line.trim().split(/\s+/u);
      if ((verb === 'enable' || verb === 'disable') && matchesUnit(pattern, unit)) {
        return { enable: verb === 'enable', by: `${basename(file)}: ${verb} ${pattern}` };
      }
    }
  }
  return { enable: true, by: 'no preset disables it' };
}

function matchesUnit(pattern: string, unit: string): boolean {
  const expression = pattern
    .replaceAll(/[.+^${}()|\\]/gu, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`, 'u').test(unit);
}
