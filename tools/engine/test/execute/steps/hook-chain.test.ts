import { expect, test } from 'vitest';
import { applyHookChanges, chainHooks } from '../../../src/execute/steps/hook-chain.ts';
import { digestOf } from '../../../src/fingerprint/digest.ts';
import { emptyRecord, type LayerRecord } from '../../../src/layers/layer-record.ts';
import { planBuild } from '../../../src/plan/plan-build.ts';
import { elementOf, script, type TreeFixture } from '../../elements/element-fixture.ts';
import { imageOf, os, sources, webFiles } from '../../plan/plan-fixture.ts';

const blob = (content: string) => ({ digest: digestOf(content), sizeBytes: content.length });
const below: LayerRecord = { ...emptyRecord, step: 'root', layers: [blob('root')] };

function chainOf(files: TreeFixture, beneath: LayerRecord = below, packages: readonly string[] = ['curl']) {
  const image = imageOf([os, elementOf('web', { ...webFiles, ...files })], { packages });
  const step = planBuild(image, sources).steps.find(({ name }) => name === 'install');
  if (step === undefined) throw new Error('no such step');
  return chainHooks(step, beneath);
}

const hooks = { 'install.d/10-a': script('a'), 'install.d/20-b': script('b'), 'install.d/30-c': script('c') };
const statesOf = (chain: ReturnType<typeof chainOf>) => chain.links.map((link) => link.stateKey);

test('a changed hook changes the states from it on, and none before', () => {
  const [before, after] = [chainOf(hooks), chainOf({ ...hooks, 'install.d/20-b': script('changed') })];
  const firstChanged = statesOf(before).findIndex((key, index) => key !== statesOf(after)[index]);
  expect(before.links[firstChanged]?.hook.path).toBe('install.d/20-b');
  expect(
    statesOf(before)
      .slice(firstChanged)
      .filter((key) => statesOf(after).includes(key)),
  ).toEqual([]);
  expect(after.key).not.toBe(before.key);
});

test('a hook more leaves the states before it alone', () => {
  const [before, after] = [chainOf(hooks), chainOf({ ...hooks, 'install.d/25-new': script('new') })];
  const shared = statesOf(before).filter((key) => statesOf(after).includes(key));
  expect(shared).toEqual(
    statesOf(before).slice(
      0,
      before.links.findIndex((it) => it.hook.path === 'install.d/30-c'),
    ),
  );
});

test('packages of the definition come after all hooks: they change the step, and no state in it', () => {
  const [before, after] = [chainOf(hooks), chainOf(hooks, below, ['curl', 'git'])];
  expect(statesOf(after)).toEqual(statesOf(before));
  expect(after.key).not.toBe(before.key);
});

test('what lies below counts in every state: each layer and its place, and what extra-data changed', () => {
  const changes = { ...blob('hooks'), changes: [] };
  const chains = [
    chainOf(hooks),
    chainOf(hooks, { ...below, layers: [blob('other')] }),
    chainOf(hooks, { ...below, layers: [blob('root'), blob('more')] }),
    chainOf(hooks, { ...below, layers: [blob('more'), blob('root')] }),
    chainOf(hooks, { ...below, hooks: changes }),
    chainOf(hooks, { ...below, hooks: { ...changes, ...blob('other hooks') } }),
  ];
  const states = chains.flatMap(statesOf);
  expect(new Set(states).size).toBe(states.length);
  expect(new Set(chains.map((chain) => chain.key)).size).toBe(chains.length);
});

test('the name of the step below and its outputs do not count: only what can be seen does', () => {
  const chain = chainOf(hooks, { ...below, step: 'renamed', outputs: blob('outputs') });
  expect(chain.key).toBe(chainOf(hooks).key);
});

test('the record names each input, so that a change can be explained', () => {
  const { record } = chainOf(hooks);
  expect(Object.keys(record.inputs)).toEqual(
    expect.arrayContaining([
      'step',
      'architecture',
      'epoch',
      'engine',
      'layer 0',
      'hook install.d/20-b',
      'static/etc/motd',
    ]),
  );
});

test('hooks are as extra-data left them: added, linked, removed', () => {
  const changes = [
    { path: 'install.d/10-a', kind: 'removed', mode: 0 },
    { path: 'install.d/15-link', kind: 'symlink', mode: 0o777, target: '20-b' },
    { path: 'install.d/40-new', kind: 'file', mode: 0o755 },
  ] as const;
  const chain = chainOf(hooks, { ...below, hooks: { ...blob('hooks'), changes } });
  expect(
    chain.links
      .map((link) => link.hook.path)
      .filter((path) => !path.includes('web') && !path.includes('more')),
  ).toEqual(['install.d/15-link', 'install.d/20-b', 'install.d/30-c', 'install.d/40-new']);
  expect(chain.links.find((link) => link.hook.path === 'install.d/15-link')?.hook.element).toBe('web');
  expect(applyHookChanges([], [{ path: 'install.d/x', kind: 'removed', mode: 0 }])).toEqual([]);
});
