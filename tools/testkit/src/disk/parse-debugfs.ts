import { kindOfMode, type TreeEntry } from './tree-reader.ts';

/** A directory entry with the inode behind it. */
export interface ExtEntry extends TreeEntry {
  readonly inode: number;
}

/**
 * Splits what `debugfs -f -` printed into the output of each request; it repeats every request after a prompt.
 *
 * @param requests the lines that debugfs was given, in order.
 * @returns the output of each request, without the repeated line.
 */
export function splitDebugfsOutput(output: string, requests: readonly string[]): readonly string[] {
  const parts: string[] = [];
  let at = 0;
  // Who ran it may have cut off the last line break: that of a request which printed nothing, such as `dump`.
  const text = output.endsWith('\n') ? output : `${output}\n`;
  for (const [index, request] of requests.entries()) {
    const prompt = `debugfs: ${request}\n`;
    const start = text.indexOf(prompt, at);
    if (start === -1) {
      parts.push('');
      continue;
    }
    const from = start + prompt.length;
    const following = requests[index + 1];
    const end = following === undefined ? -1 : text.indexOf(`debugfs: ${following}\n`, from);
    at = end === -1 ? text.length : end;
    parts.push(text.slice(from, at));
  }
  return parts;
}

const listLine =
  /^\/(?<inode>\d+)\/(?<mode>[0-7]{6})\/(?<uid>\d+)\/(?<gid>\d+)\/(?<name>[^/]*)\/(?<size>\d*)\/$/gmu;

/**
 * Parses the output of `ls -p <inode>`: `/inode/mode/uid/gid/name/size/` a line, names unescaped (so a name may
 * hold a line break, but never a slash).
 */
export function parseDebugfsListing(output: string): ReadonlyMap<string, ExtEntry> {
  const entries = new Map<string, ExtEntry>();
  for (const match of output.matchAll(listLine)) {
    const { inode = '0', mode = '0', uid = '0', gid = '0', name = '', size = '' } = match.groups ?? {};
    const bits = Number.parseInt(mode, 8);
    const kind = kindOfMode(bits);
    if (name === '.' || name === '..' || kind === undefined || inode === '0') continue;
    entries.set(name, {
      inode: Number(inode),
      kind,
      mode: bits & 0o7777,
      uid: Number(uid),
      gid: Number(gid),
      sizeBytes: Number(size),
    });
  }
  return entries;
}

/** Target of a short symlink in the output of `stat <inode>`; undefined where the target fills a block of its own. */
export function parseFastLink(output: string): string | undefined {
  return /^Fast link dest: "(?<target>[\s\S]*)"$/mu.exec(output.trimEnd())?.groups?.['target'];
}
