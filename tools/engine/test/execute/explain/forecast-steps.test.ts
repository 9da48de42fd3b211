import { describe, expect, test } from 'vitest';
import { keyOfState } from '../../../src/execute/steps/checkpoint.ts';
import { forecastSteps } from '../../../src/execute/explain/forecast-steps.ts';
import { chainHooks, type HookChain } from '../../../src/execute/steps/hook-chain.ts';
import { noteLast } from '../../../src/execute/explain/last-note.ts';
import { stepsUntil } from '../../../src/execute/steps/survey-steps.ts';
import { keyOfStep, type StoredStep } from '../../../src/execute/steps/stored-step.ts';
import { blobPath } from '../../../src/store/blob-path.ts';
import { emptyRecord, type LayerRecord } from '../../../src/layers/layer-record.ts';
import type { BuildPlan } from '../../../src/plan/build-plan.ts';
import type { StepName } from '../../../src/plan/step.ts';
import { planBuild } from '../../../src/plan/plan-build.ts';
import type { ContentStore } from '../../../src/store/content-store.ts';
import { elementOf, script, type TreeFixture } from '../../elements/element-fixture.ts';
import { declaring, imageOf, os, sources } from '../../plan/plan-fixture.ts';
import { put, temporaryStore } from '../../store/store-fixture.ts';
import { rm } from 'node:fs/promises';

/** What the store keeps beside a checkpoint. */
const state = { hookMs: {}, sealed: [], blob: 'upper folder' };
const subject = { id: '/dist/box', definitionFile: '/images/box/image.yaml', words: 'box' };
const hooks = {
  'install.d/10-a': script('a'),
  'install.d/20-b': script('b'),
  'finalise.d/10-c': script('c'),
};

function planOf(files: TreeFixture = hooks, restorable = true): BuildPlan {
  const web = declaring(elementOf('web', files), { restorable });
  return planBuild(imageOf([os, web], { packages: [] }), sources);
}

/** Puts all steps of a plan into a store, as a build leaves them. @returns the chain of each. */
async function haveBuilt(store: ContentStore, plan: BuildPlan): Promise<readonly HookChain[]> {
  const chains: HookChain[] = [];
  let below: LayerRecord = emptyRecord;
  for (const step of plan.steps) {
    const chain = chainHooks(step, below);
    const text = `layer ${chain.key}`;
    const digest = await put(store, `blob layer ${chain.key}`, text);
    const record = {
      ...below,
      step: step.name,
      layers: [...below.layers, { digest, sizeBytes: text.length }],
    };
    const hookMs = Object.fromEntries(chain.links.map(({ hook }) => [hook.path, 1000]));
    const stored: StoredStep = { record, durationMs: 0, hookMs, restMs: 100 };
    await put(store, keyOfStep(chain), JSON.stringify(chain.record), stored);
    await noteLast(store, subject, { made: `step ${step.name}`, key: chain.key, origin: 'run' });
    chains.push(chain);
    below = record;
  }
  return chains;
}

test('a goal is all steps up to one, whether the image has that one or not', () => {
  const namesUntil = (until: StepName | undefined) =>
    stepsUntil({ plan: planOf(), until }).map(({ name }) => name);
  expect(namesUntil('install')).toEqual(['root', 'install']);
  expect(namesUntil('post-root')).toEqual(['root', 'install']);
  expect(namesUntil(undefined)).toEqual(['root', 'install', 'block-device', 'finalise']);
});

async function forecast(store: ContentStore, plan: BuildPlan, bytes: 'needed' | 'not needed' = 'not needed') {
  const steps = await forecastSteps(store, subject, { plan, until: undefined, bytes });
  return Object.fromEntries(
    steps.map(({ step, fate, saved, expectedMs, because }) => [
      step.name,
      { fate, saved, expectedMs, because },
    ]),
  );
}

const fates = (steps: Awaited<ReturnType<typeof forecast>>) =>
  Object.fromEntries(Object.entries(steps).map(([name, { fate }]) => [name, fate]));

test('of an image that was never built, everything runs, and nothing is known of the time', async () => {
  const steps = await forecast(await temporaryStore(), planOf());
  expect(new Set(Object.values(steps).map(({ fate }) => fate))).toEqual(new Set(['run']));
  expect(steps['install']?.expectedMs).toBeUndefined();
});

test('of an image that was just built, nothing runs', async () => {
  const store = await temporaryStore();
  await haveBuilt(store, planOf());
  const steps = await forecast(store, planOf());
  expect(new Set(Object.values(steps).map(({ fate }) => fate))).toEqual(new Set(['restored']));
});

describe('after a hook changed', () => {
  const changed = planOf({ ...hooks, 'install.d/20-b': script('changed') });

  test('its step runs, those before are restored, those after depend on what it leaves', async () => {
    const store = await temporaryStore();
    await haveBuilt(store, planOf());
    const steps = await forecast(store, changed);
    expect(fates(steps)).toEqual({
      root: 'restored',
      install: 'run',
      'block-device': 'follows',
      finalise: 'follows',
    });
    // Both hooks, and the work around them.
    expect(steps['install']?.expectedMs).toBe(2100);
    expect(steps['finalise']?.expectedMs).toBe(1100);
  });

  test('it resumes after the last hook that a checkpoint saves, and takes less time', async () => {
    const store = await temporaryStore();
    const chains = await haveBuilt(store, planOf());
    const first = chains[1]?.links[0];
    if (first === undefined) throw new Error('no hook');
    await put(store, keyOfState(first), 'upper folder', state);
    expect((await forecast(store, changed))['install']).toMatchObject({
      fate: 'resume',
      saved: 1,
      expectedMs: 1100,
    });
  });

  test('a step after it with a change of its own runs in any case', async () => {
    const store = await temporaryStore();
    await haveBuilt(store, planOf());
    const both = planOf({ ...hooks, 'install.d/20-b': script('new'), 'finalise.d/10-c': script('new') });
    expect((await forecast(store, both))['finalise']).toMatchObject({ fate: 'run', expectedMs: 1100 });
  });
});

describe('a layer that the store lost', () => {
  async function haveLost(name: string) {
    const store = await temporaryStore();
    const chains = await haveBuilt(store, planOf());
    const index = planOf().steps.findIndex((step) => step.name === name);
    const entry = await store.find(`blob layer ${chains[index]?.key}`);
    if (entry !== undefined) await rm(blobPath(store.paths, entry.digest));
    return store;
  }

  test('is made again where bytes are needed, and not missed where they are not', async () => {
    const store = await haveLost('root');
    expect(fates(await forecast(store, planOf()))['root']).toBe('restored');
    expect((await forecast(store, planOf(), 'needed'))['root']).toMatchObject({
      fate: 'run',
      because: 'its layer is not in the store',
    });
  });

  test('is made again when a step above it must run', async () => {
    const store = await haveLost('root');
    const changed = planOf({ ...hooks, 'install.d/20-b': script('changed') });
    expect(fates(await forecast(store, changed))).toMatchObject({ root: 'run', install: 'run' });
  });
});

test('a step that may not be restored runs each time, from its beginning', async () => {
  const store = await temporaryStore();
  const plan = planOf(hooks, false);
  const chains = await haveBuilt(store, plan);
  const first = chains[1]?.links[0];
  if (first !== undefined) await put(store, keyOfState(first), 'upper folder', state);
  const steps = await forecast(store, plan);
  expect(steps['root']?.fate).toBe('restored');
  expect(steps['install']).toMatchObject({ fate: 'run', saved: 0, because: 'it may not be restored' });
});

test('what the output directory would give back counts as there', async () => {
  const full = await temporaryStore();
  const plan = planOf();
  const chains = await haveBuilt(full, plan);
  const adoptable = new Map<string, unknown>();
  for (const chain of chains) adoptable.set(keyOfStep(chain), (await full.find(keyOfStep(chain)))?.metadata);
  const goal = { plan, until: undefined, bytes: 'not needed', adoptable } as const;
  const steps = await forecastSteps(await temporaryStore(), subject, goal);
  expect(new Set(steps.map(({ fate }) => fate))).toEqual(new Set(['restored']));
});
