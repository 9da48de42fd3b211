import { z } from 'zod';
import { type LocatedYaml, placeOfPath } from './located-yaml.ts';
import { nearName } from './near-name.ts';
import type { Place } from './place.ts';

/** One thing in a file that its schema refuses, before it becomes a failure of this or that kind of file. */
export type SchemaProblem =
  | {
      readonly kind: 'unknown-key';
      readonly key: string;
      readonly near: string | undefined;
      readonly place: Place | undefined;
    }
  | {
      readonly kind: 'wrong-value';
      readonly key: string;
      readonly expected: string;
      readonly place: Place | undefined;
    };

/**
 * Message of a schema node in the words of its author: what should stand there, and what does.
 *
 * @param what completes "expected …", for example `a list of element names`.
 */
export function expected(what: string): (issue: { readonly input?: unknown }) => string {
  return ({ input }) =>
    input === undefined ? `is missing; expected ${what}` : `expected ${what}, found ${describe(input)}`;
}

/** All problems of a file, in the order in which they stand in it. */
export function schemaProblems(schema: z.ZodType, located: LocatedYaml): SchemaProblem[] {
  const outcome = schema.safeParse(located.data);
  if (outcome.success) return [];
  const problems = outcome.error.issues.flatMap((issue) => problemsOfIssue(issue, schema, located));
  // A misspelt key goes before the complaint that the key is missing.
  const rank = (problem: SchemaProblem): number => (problem.kind === 'unknown-key' ? 0 : 1);
  return problems.toSorted(
    (a, b) =>
      (a.place?.line ?? 0) - (b.place?.line ?? 0) ||
      (a.place?.column ?? 0) - (b.place?.column ?? 0) ||
      rank(a) - rank(b),
  );
}

function problemsOfIssue(issue: z.core.$ZodIssue, schema: z.ZodType, located: LocatedYaml): SchemaProblem[] {
  const path = issue.path.map(String);
  const key = path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(z.toJSONSchema(schema, { io: 'input' }), path);
    return issue.keys.map((unknown) => {
      const whole = [...path, unknown].join('.');
      return {
        kind: 'unknown-key',
        key: whole,
        near: nearName(unknown, known),
        place: located.places.get(whole),
      };
    });
  }
  if (issue.code === 'invalid_key') {
    const reason = issue.issues[0]?.message ?? issue.message;
    return [{ kind: 'wrong-value', key, expected: reason, place: located.places.get(key) }];
  }
  return [{ kind: 'wrong-value', key, expected: issue.message, place: placeOfPath(located, key) }];
}

/** Names of the keys that the schema knows at a path. */
function keysAt(schema: z.core.JSONSchema.BaseSchema, path: readonly string[]): string[] {
  let node: z.core.JSONSchema._JSONSchema | undefined = schema;
  for (const step of path) {
    if (node === undefined || typeof node === 'boolean') return [];
    const items: unknown = node.items;
    node =
      node.properties?.[step] ??
      node.additionalProperties ??
      (items as z.core.JSONSchema._JSONSchema | undefined);
  }
  return typeof node === 'object' ? Object.keys(node.properties ?? {}) : [];
}

function describe(input: unknown): string {
  if (input === null) return 'nothing';
  if (Array.isArray(input)) return input.length === 0 ? 'an empty list' : 'a list';
  if (typeof input === 'object') return 'a map';
  return typeof input === 'string' ? `'${input}'` : String(input);
}
