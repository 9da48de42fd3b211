import { join } from 'node:path';
import type { Failure } from '../diagnostics/failure.ts';
import { nearName } from '../diagnostics/near-name.ts';
import type { Place } from '../diagnostics/place.ts';
import type { Result } from '../diagnostics/result.ts';
import type { ImageDefinition } from '../image-definition/image-definition.ts';
import { byteOrder } from '../util/byte-order.ts';
import type { Element } from './element.ts';
import { type Expansion, expandElements } from './expand-elements.ts';
import { findElements } from './find-elements.ts';
import { hooksThatWillNotRun } from './hooks-that-will-not-run.ts';
import { mentionedVariables } from './mentioned-variables.ts';
import { mergeHooks, type SharedHookPath } from './merge-hooks.ts';
import { placeInNameList } from './name-list.ts';
import { providersOf } from './read-element-relations.ts';
import { readLibrary } from './read-library.ts';
import { readElement } from './read-element.ts';
import type { ResolvedImage } from './resolved-image.ts';
import { variablesNotRead } from './variables-not-read.ts';

/** Reads the folder of one element; the same folder gives the same element while it lasts. */
export type ReadElement = (directory: string) => Result<Element>;

/** A reader that reads each folder once. */
export function rememberingReader(): ReadElement {
  const read = new Map<string, Result<Element>>();
  return (directory) => {
    const known = read.get(directory) ?? readElement(directory);
    read.set(directory, known);
    return known;
  };
}

/**
 * Finds and reads all elements that an image needs.
 *
 * Reads each element once. Equal folders give an equal result, whatever order the definition names elements in.
 *
 * @param elementPath folders with elements, the first one that has a name wins.
 * @param readOne reads one element's folder; whoever resolves many images at once gives one that remembers.
 * @returns the resolved image, with a warning for each file that looks like a hook and would not run, and for
 *   each variable that nothing reads; or all problems:
 *   elements that are missing, unreadable or provided twice, hooks of one name, no operating system.
 */
export function resolveImage(
  definition: ImageDefinition,
  elementPath: readonly string[],
  readOne: ReadElement = readElement,
): Result<ResolvedImage> {
  const index = findElements(elementPath);
  if (!index.ok) return index;
  const named = namedElements(definition);
  const read = readReachable(named, index.value, readOne);
  const expansion = expandElements(named, (name) => {
    const outcome = read.get(name);
    if (outcome === undefined) return undefined;
    return outcome.ok ? outcome.value : { dependencies: [], provides: [] };
  });
  const outcomes = expansion.elements.flatMap((name) => read.get(name) ?? []);
  const elements = outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : []));
  const hooks = mergeHooks(elements);
  const closure: Closure = { definition, index: index.value, elements, expansion };
  const absent = [
    ...missingElements(closure),
    ...outcomes.flatMap((outcome) => (outcome.ok ? [] : outcome.failures)),
  ];
  const failures = [
    ...absent,
    ...conflictingProviders(closure),
    // An element that could not be had may be the operating system.
    ...(absent.length === 0 ? missingOperatingSystem(closure) : []),
    ...hooks.collisions.map((it): Failure => ({
      code: 'hook-duplicated',
      hook: it.path,
      elements: it.elements,
      place: placeOfHook(elements, it),
    })),
  ];
  if (failures.length > 0) return { ok: false, failures };
  const providers = new Map([...expansion.providers].map(([name, by]) => [name, by[0] ?? name]));
  const overwritten = hooks.overwrites.map((it): Failure => ({
    code: 'hook-file-overwritten',
    path: it.path,
    winner: it.elements.at(-1) ?? '',
    losers: it.elements.slice(0, -1),
  }));
  const library = readLibrary(elements);
  return {
    ok: true,
    value: { definition, elements, providers, ...(library.length > 0 ? { library } : {}) },
    warnings: [
      ...elements.flatMap(hooksThatWillNotRun),
      ...overwritten,
      ...variablesNotRead(definition, mentionedVariables(elements)),
    ],
  };
}

/**
 * Names that the expansion starts from: those of the definition, `base` unless it is to be skipped, and the usual
 * block device where `vm` is named and none is chosen, as `disk-image-create` adds them.
 */
export function namedElements(definition: ImageDefinition): readonly string[] {
  const { elements, architecture, skipBase } = definition;
  const choosesBlockDevice = elements.some((name) => name.startsWith('block-device-'));
  const blockDevice = architecture === 'arm64' ? 'block-device-efi' : 'block-device-mbr';
  return [
    ...(skipBase ? [] : ['base']),
    ...elements,
    ...(elements.includes('vm') && !choosesBlockDevice ? [blockDevice] : []),
  ];
}

interface Closure {
  readonly definition: ImageDefinition;
  readonly index: ReadonlyMap<string, string>;
  readonly elements: readonly Element[];
  readonly expansion: Expansion;
}

/** All elements that can be reached by name. Some may turn out not to be needed, because another provides their name. */
function readReachable(
  named: readonly string[],
  index: ReadonlyMap<string, string>,
  readOne: ReadElement,
): ReadonlyMap<string, Result<Element>> {
  const read = new Map<string, Result<Element>>();
  const queue = [...named];
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const directory = index.get(name);
    if (directory === undefined || read.has(name)) continue;
    const element = readOne(directory);
    read.set(name, element);
    if (element.ok) queue.push(...element.value.dependencies);
  }
  return read;
}

function missingElements(closure: Closure): readonly Failure[] {
  return closure.expansion.missing.map((name): Failure => {
    const providers = providersOf(name, closure.index);
    return {
      code: 'element-not-found',
      element: name,
      near: nearName(name, closure.index.keys()),
      providers: providers.length === 0 ? undefined : providers,
      ...whoNeeds(name, closure),
    };
  });
}

/** The definition itself, else the first element that depends on the name, else `vm`, which implies a block device. */
function whoNeeds(
  name: string,
  { definition, elements }: Closure,
): { neededBy?: string; place?: Place | undefined } {
  const place = placeInDefinition(definition, name);
  if (place !== undefined) return { place };
  const dependent = elements.find((element) => element.dependencies.includes(name));
  if (dependent !== undefined) return { neededBy: dependent.name, place: placeOfDependency(dependent, name) };
  return name.startsWith('block-device-')
    ? { neededBy: 'vm', place: placeInDefinition(definition, 'vm') }
    : {};
}

function conflictingProviders(closure: Closure): readonly Failure[] {
  const { providers, namedAndProvided } = closure.expansion;
  return [...providers].flatMap(([name, by]): readonly Failure[] => {
    const all = [...new Set(namedAndProvided.includes(name) ? [name, ...by] : by)].toSorted(byteOrder);
    if (by.length < 2 && !namedAndProvided.includes(name)) return [];
    const places = all.flatMap((provider) => whoNeeds(provider, closure).place ?? []);
    // The later of them in the file: the earlier was there first.
    const place = places.toSorted((a, b) => b.line - a.line || b.column - a.column)[0];
    return [{ code: 'element-already-provided', name, providers: all, place }];
  });
}

function missingOperatingSystem({ definition, expansion }: Closure): readonly Failure[] {
  if (expansion.providers.has('operating-system')) return [];
  const place = definition.places.get('elements');
  return [{ code: 'operating-system-missing', image: definition.name, place }];
}

/** Elements that provide a name. Looks into all elements of the path, which is why only a failure asks for it. */
function placeInDefinition(definition: ImageDefinition, name: string): Place | undefined {
  const position = definition.elements.indexOf(name);
  return position === -1 ? undefined : definition.places.get(`elements.${position}`);
}

/** The file in the last of the elements that have it. */
function placeOfHook(
  elements: readonly Element[],
  { path, elements: names }: SharedHookPath,
): Place | undefined {
  const owner = elements.find((element) => element.name === names.at(-1));
  return owner && { file: join(owner.directory, path), line: 1, column: 1, length: 0 };
}

function placeOfDependency(element: Element, name: string): Place | undefined {
  const file = element.files.find((it) => it.path === 'element-deps');
  if (file === undefined) return undefined;
  return placeInNameList(join(element.directory, file.path), file.content.toString('utf8'), name);
}
