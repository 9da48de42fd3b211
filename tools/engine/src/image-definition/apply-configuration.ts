import { nearName } from '../diagnostics/near-name.ts';
import type { Place } from '../diagnostics/place.ts';
import type { Result } from '../diagnostics/result.ts';
import type { ImageDefinition } from './image-definition.ts';

/**
 * The definition as one of its configurations changes it.
 *
 * Elements and packages are added after those of the definition, variables and boot settings are merged key by
 * key, any other key replaces. The image keeps its name; an unknown configuration is a failure.
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
  const { elements = [], packages = [], environment = {}, boot = {}, ...replaced } = configuration;
  const value: ImageDefinition = {
    ...definition,
    ...replaced,
    elements: [...definition.elements, ...elements],
    packages: [...definition.packages, ...packages],
    environment: { ...definition.environment, ...environment },
    boot: { ...definition.boot, ...boot },
    places: placesWithConfiguration(definition, name),
  };
  return { ok: true, value, warnings: [] };
}

/** Keys of the configuration stand where the definition's would; added elements follow the definition's own. */
function placesWithConfiguration(definition: ImageDefinition, name: string): ReadonlyMap<string, Place> {
  const places = new Map(definition.places);
  const prefix = `configurations.${name}.`;
  for (const [path, place] of definition.places) {
    if (!path.startsWith(prefix)) continue;
    const inner = path.slice(prefix.length);
    const item = /^(elements|packages)\.(\d+)$/.exec(inner);
    const list = item?.[1] === 'elements' ? definition.elements : definition.packages;
    places.set(item === null ? inner : `${item[1]}.${Number(item[2]) + list.length}`, place);
  }
  return places;
}
