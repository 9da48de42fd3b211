import type { Failure } from '../diagnostics/failure.ts';
import { parseLocatedYaml } from '../diagnostics/located-yaml.ts';
import type { Result } from '../diagnostics/result.ts';
import { schemaProblems } from '../diagnostics/schema-problems.ts';
import { type ElementDeclarationsData, elementDeclarationsSchema } from './element-declarations-schema.ts';
import type { ElementDeclarations } from './element.ts';

/** What holds for an element without an `element.yaml`. */
export const noDeclarations: ElementDeclarations = {
  variables: [],
  secrets: [],
  hostTools: [],
  hostFiles: [],
  restorable: true,
  caches: [],
  lockHostFiles: [],
};

/** The text of an `element.yaml`, the element that it belongs to, and its path as diagnostics shall show it. */
export interface ElementDeclarationsSource {
  readonly element: string;
  readonly file: string;
  readonly text: string;
}

/** Text of `element.yaml` to declarations, or every problem in it (`element-declaration-invalid`, with its place). */
export function parseElementDeclarations(source: ElementDeclarationsSource): Result<ElementDeclarations> {
  const located = parseLocatedYaml(source.file, source.text);
  if (!located.ok) return located;
  // A file of comments only declares nothing.
  const yaml = { ...located.value, data: located.value.data ?? {} };
  const failures = schemaProblems(elementDeclarationsSchema, yaml).map((problem): Failure => {
    const near =
      problem.kind === 'unknown-key' && problem.near !== undefined ? `; did you mean '${problem.near}'?` : '';
    const what =
      problem.kind === 'unknown-key'
        ? `unknown key '${problem.key}'${near}`
        : `'${problem.key}': ${problem.expected}`;
    return {
      code: 'element-declaration-invalid',
      element: source.element,
      reason: what,
      place: problem.place,
    };
  });
  if (failures.length > 0) return { ok: false, failures };
  return { ok: true, value: declarationsOf(yaml.data as ElementDeclarationsData), warnings: [] };
}

function declarationsOf(data: ElementDeclarationsData): ElementDeclarations {
  return {
    ...(data.description === undefined ? {} : { description: data.description }),
    variables: data.variables ?? [],
    secrets: data.secrets ?? [],
    hostTools: (data['host-tools'] ?? []).map((it) =>
      it.package === undefined ? { tool: it.tool } : { tool: it.tool, debianPackage: it.package },
    ),
    hostFiles: data['host-files'] ?? [],
    restorable: data.restorable ?? true,
    caches: (data.caches ?? []).map((it) => ({
      path: it.path ?? it['image-cache'] ?? '',
      place: it.path === undefined ? 'image cache' : 'target root',
      name: it.name,
      kind: it.kind ?? 'files',
    })),
    lockHostFiles: data.lock?.['host-files'] ?? [],
  };
}
