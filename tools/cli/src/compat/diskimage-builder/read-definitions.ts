import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { BuildFailure, type Failure } from '@kiln/engine/diagnostics/failure.ts';
import { parseLocatedYaml } from '@kiln/engine/diagnostics/located-yaml.ts';
import type { Result } from '@kiln/engine/diagnostics/result.ts';
import { schemaProblems } from '@kiln/engine/diagnostics/schema-problems.ts';
import type { Place } from '@kiln/engine/diagnostics/place.ts';
import { definitionFileSchema, type ImageEntry } from './entry-schema.ts';

/** An entry, and where it stands. */
export interface LocatedEntry {
  readonly entry: ImageEntry;
  readonly place: Place | undefined;
}

/**
 * Reads definition files, in the order in which they are named.
 *
 * @returns the entries of all of them; fails with everything that is wrong in any.
 */
export function readDefinitions(files: readonly string[], cwd: string): readonly LocatedEntry[] {
  const read = files.map((file) => readDefinitionFile(file, cwd));
  const failures = read.flatMap((it) => (it.ok ? [] : it.failures));
  if (failures.length > 0) throw new BuildFailure(failures);
  return read.flatMap((it) => (it.ok ? it.value : []));
}

function readDefinitionFile(file: string, cwd: string): Result<readonly LocatedEntry[]> {
  let text: string;
  try {
    text = readFileSync(resolve(cwd, file), 'utf8');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, failures: [{ code: 'definition-unreadable', file, reason }] };
  }
  const located = parseLocatedYaml(file, text);
  if (!located.ok) return located;
  const problems = schemaProblems(definitionFileSchema, located.value).map((problem): Failure => {
    const key = problem.key.replace(/^\d+\./, '');
    return problem.kind === 'unknown-key'
      ? { ...problem, code: 'definition-unknown-key', key }
      : { ...problem, code: 'definition-wrong-value', key: key === '' ? file : key };
  });
  if (problems.length > 0) return { ok: false, failures: problems };
  const { data, places } = located.value;
  const entries = definitionFileSchema.parse(data);
  const value = entries.map((entry, index) => ({ entry, place: places.get(String(index)) }));
  return { ok: true, value, warnings: [] };
}
