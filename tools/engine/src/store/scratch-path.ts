import { existsSync, readlinkSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

/**
 * A path in the work folder for something without a lock: `<kind>-<PID namespace>-<process>-<number>`. By its name a sweep
 * sees whether who made it still lives, even if the process was killed the moment after.
 */
export function scratchPath(work: string, kind: string): string {
  return join(work, `${kind}-${pidNamespace()}-${process.pid}-${(made += 1)}`);
}

/** Tells apart what one process makes. */
let made = 0;

/** Whether something that `scratchPath` named has lost its owner. Of another PID namespace that can only be told by its age. */
export function isForsaken(path: string): boolean {
  const [, namespace, owner] = /^[a-z]+-(\d+)-(\d+)-/.exec(basename(path)) ?? [];
  if (namespace !== undefined && owner !== undefined && namespace === pidNamespace())
    return !existsSync(`/proc/${owner}`);
  const facts = statSync(path, { throwIfNoEntry: false });
  return facts !== undefined && Date.now() - facts.mtimeMs > dayMs;
}

const dayMs = 24 * 60 * 60 * 1000;

/** Number of the PID namespace in which this process has its number (namespaces(7)). */
function pidNamespace(): string {
  return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
}
