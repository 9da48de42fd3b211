import type { Failure } from '../diagnostics/failure.ts';
import { nearName } from '../diagnostics/near-name.ts';
import type { Place } from '../diagnostics/place.ts';
import type { Result } from '../diagnostics/result.ts';
import type { ImageDefinition } from './image-definition.ts';

/**
 * The definition as one of its configurations changes it.
 *
 * Elements and packages are added after those of the definition, elements that it does without are left out, variables
 * and boot settings are merged key by key, any other key replaces. The image keeps its name; an unknown configuration is
 * a failure, and so is an element to be left out that the definition does not name.
 */
export function applyConfiguration(definition: ImageDefinition, name: string): Result<ImageDefinition> {
  const configuration = Object.hasOwn(definition.configurations, name)
    ? definition.configurations[name]
    : undefined;
  if (configuration === undefined) {
    const near = nearName(name, Object.keys(definition.configurations));
    const place = definition.places.get('configurations');
    return {
      ok: false,
      failures: [{ code: 'configuration-unknown', image: definition.name, configuration: name, near, place }],
    };
  }
  const {
    elements = [],
    withoutElements = [],
    packages = [],
    environment = {},
    boot = {},
    ...replaced
  } = configuration;
  const unnamed = withoutElements.flatMap((element, index): readonly Failure[] => {
    if (definition.elements.includes(element)) return [];
    const near = nearName(element, definition.elements);
    const place = definition.places.get(`configurations.${name}.without-elements.${index}`);
    return [{ code: 'element-not-left-out', element, near, place }];
  });
  if (unnamed.length > 0) return { ok: false, failures: unnamed };
  const kept = definition.elements.flatMap((element, index) =>
    withoutElements.includes(element) ? [] : [index],
  );
  const value: ImageDefinition = {
    ...definition,
    ...replaced,
    elements: [...kept.map((index) => definition.elements[index] ?? ''), ...elements],
    packages: [...definition.packages, ...packages],
    environment: { ...definition.environment, ...environment },
    boot: { ...definition.boot, ...boot },
    places: placesWithConfiguration(definition, name, kept),
  };
  return { ok: true, value, warnings: [] };
}

/** Keys of the configuration stand where the definition's would; added elements follow the definition's own. */
function placesWithConfiguration(
  definition: ImageDefinition,
  name: string,
  kept: readonly number[],
): ReadonlyMap<string, Place> {
  const places = new Map([...definition.places].filter(([path]) => !/^elements\.\d+$/.test(path)));
  for (const [now, before] of kept.entries()) {
    const place = definition.places.get(`elements.${before}`);
    if (place !== undefined) places.set(`elements.${now}`, place);
  }
  const prefix = `configurations.${name}.`;
  for (const [path, place] of definition.places) {
    if (!path.startsWith(prefix)) continue;
    const inner = path.slice(prefix.length);
    const item = /^(elements|packages)\.(\d+)$/.exec(inner);
    const before = item?.[1] === 'elements' ? kept.length : definition.packages.length;
    places.set(item === null ? inner : `${item[1]}.${Number(item[2]) + before}`, place);
  }
  return places;
}
