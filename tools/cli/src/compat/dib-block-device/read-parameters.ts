import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { BuildFailure, fail, type Failure } from '@kiln/engine/diagnostics/failure.ts';
import { type LocatedYaml, parseLocatedYaml } from '@kiln/engine/diagnostics/located-yaml.ts';
import { expected, schemaProblems } from '@kiln/engine/diagnostics/schema-problems.ts';
import { z } from 'zod';

const text = (what: string) => z.string({ error: expected(what) }).nullish();

/** Other keys may stand there: they are for whoever writes the file. */
const schema = z.looseObject(
  {
    config: z.string({ error: expected('the path of a block-device configuration') }),
    'build-dir': text('a folder'),
    'image-dir': text('a folder'),
    'root-fs-type': text('a type of filesystem'),
    'root-label': text('a label'),
  },
  { error: expected('a map of parameters') },
);

/** What `disk-image-create` of diskimage-builder tells `dib-block-device`. Paths are absolute. */
export interface BlockDeviceParameters {
  /** The block-device configuration as it stands in its file. */
  readonly configuration: LocatedYaml;
  readonly buildDirectory: string | undefined;
  readonly imageDirectory: string | undefined;
  readonly rootFilesystem: string;
  readonly rootLabel: string | undefined;
}

/** Reads a file of parameters, and the configuration that it names. Fails with all that is wrong with either. */
export function readParameters(file: string, cwd: string): BlockDeviceParameters {
  const located = readYaml(file, cwd);
  const problems = schemaProblems(schema, located).map((problem): Failure =>
    problem.kind === 'unknown-key'
      ? { ...problem, code: 'definition-unknown-key' }
      : { ...problem, code: 'definition-wrong-value', key: problem.key === '' ? file : problem.key },
  );
  if (problems.length > 0) throw new BuildFailure(problems);
  const given = schema.parse(located.data);
  const folder = (path: string | null | undefined) => (path ? resolve(cwd, path) : undefined);
  return {
    configuration: readYaml(given.config, cwd),
    buildDirectory: folder(given['build-dir']),
    imageDirectory: folder(given['image-dir']),
    rootFilesystem: given['root-fs-type'] || 'ext4',
    rootLabel: given['root-label'] || undefined,
  };
}

function readYaml(file: string, cwd: string): LocatedYaml {
  let content: string;
  try {
    content = readFileSync(resolve(cwd, file), 'utf8');
  } catch (error) {
    return fail({
      code: 'definition-unreadable',
      file,
      reason: error instanceof Error ? error.message : String(error),
    });
  }
  const located = parseLocatedYaml(file, content);
  if (!located.ok) throw new BuildFailure(located.failures);
  return located.value;
}
