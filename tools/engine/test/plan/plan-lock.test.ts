import { describe, expect, it } from 'vitest';
import type { Element } from '../../src/elements/element.ts';
import type { ResolvedImage } from '../../src/elements/resolved-image.ts';
import { parseImageDefinition } from '../../src/image-definition/parse-image-definition.ts';
import { planBuild } from '../../src/plan/plan-build.ts';
import { planLock } from '../../src/plan/plan-lock.ts';
import { elementOf, script } from '../elements/element-fixture.ts';

function imageOf(...elements: readonly Element[]): ResolvedImage {
  const definition = parseImageDefinition({
    name: 'web',
    file: 'image.yaml',
    text: 'elements: [os]\n',
    hostArchitecture: 'amd64',
  });
  if (!definition.ok) throw new Error(JSON.stringify(definition.failures));
  return { definition: definition.value, elements, providers: new Map() };
}

const sources = { user: {}, disk: {}, epochSeconds: 0 };

const asking = elementOf('os', {
  'lock.d/10-index': script('source "$TMP_HOOKS_PATH/library.bash"; echo "$MIRROR_NAME"'),
  'library.bash': 'cat "$TMP_HOOKS_PATH"/source-repository-*\n',
  'source-repository-app': 'app git /opt/app https://example.org/app $APP_REF\n',
  'environment.d/10-os.bash': 'export OS_NAME=tiny\n',
  'install.d/10-web': script('echo "$WEB_PORT"'),
});

describe('planLock', () => {
  const keyFor = (image: ResolvedImage, user: Record<string, string> = {}, host = {}) =>
    planLock(image, { ...sources, user }, host)?.key;

  it('asks nobody where no element has anything to lock', () => {
    expect(planLock(imageOf(elementOf('os', { 'root.d/10-tree': script() })), sources, {})).toBeUndefined();
  });

  it('shows the scripts what they mention, at second hand too, and no hook', () => {
    const plan = planLock(imageOf(asking), sources, {});
    expect(plan?.scripts.map((file) => file.path)).toEqual(['lock.d/10-index']);
    const paths = plan?.hooksDirectory.map((file) => file.path) ?? [];
    expect(paths).toEqual(
      expect.arrayContaining(['library.bash', 'source-repository-app', 'environment.d/10-os.bash']),
    );
    expect(paths).not.toContain('install.d/10-web');
  });

  it('has a key of what the answer depends on', () => {
    const key = keyFor(imageOf(asking));
    expect(keyFor(imageOf(asking), { MIRROR_NAME: 'x' })).not.toBe(key);
    expect(keyFor(imageOf(asking), { APP_REF: 'x' })).not.toBe(key);
    expect(keyFor(imageOf(asking), {}, { '/etc/apt': 'changed' })).not.toBe(key);
    const other = elementOf('os', { 'lock.d/10-index': script('true') });
    expect(keyFor(imageOf(other))).not.toBe(key);
  });

  it('has a key of nothing else', () => {
    const key = keyFor(imageOf(asking));
    expect(keyFor(imageOf(asking), { WEB_PORT: '80', http_proxy: 'http://proxy', DIB_OFFLINE: '1' })).toBe(
      key,
    );
    const more = elementOf('more', { 'install.d/20-more': script() });
    expect(keyFor(imageOf(asking, more))).toBe(key);
  });
});

describe('what is locked', () => {
  const build = (locked: Record<string, Record<string, string>>, epochSeconds = 0) =>
    planBuild(imageOf(asking), { ...sources, epochSeconds, fstab: '', host: {}, locked });

  it('counts in the step that takes it in', () => {
    const changed = (locked: Record<string, Record<string, string>>): readonly string[] => {
      const before = build({}).steps;
      const after = build(locked).steps;
      return after
        .filter((step, index) => JSON.stringify(step.inputs) !== JSON.stringify(before[index]?.inputs))
        .map((step) => step.name);
    };
    expect(changed({ root: { 'apt stable': 'x' } })).toEqual(['root']);
    expect(build({ root: { 'apt stable': 'x' } }).steps[0]?.inputs['locked apt stable']).toBe('x');
  });

  it('is no file that hooks see: a changed script in lock.d changes no step', () => {
    const paths = build({}).steps.flatMap((step) => step.hooksDirectory.map((file) => file.path));
    expect(paths.filter((path) => path.startsWith('lock.d/'))).toEqual([]);
  });
});
