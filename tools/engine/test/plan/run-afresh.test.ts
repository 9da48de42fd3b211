import { expect, test } from 'vitest';
import { planBuild } from '../../src/plan/plan-build.ts';
import { runAfresh } from '../../src/plan/run-afresh.ts';
import { imageOf, sources } from './plan-fixture.ts';

const plan = planBuild(imageOf(), sources);
const afresh = (said: string | undefined): readonly string[] =>
  runAfresh(plan, said).steps.flatMap(({ name, restorable }) => (restorable ? [] : [name]));

test.each<[string, string | undefined, readonly string[]]>([
  ['nothing', undefined, []],
  ['an empty text', ' ', []],
  ['all', 'all', plan.steps.map(({ name }) => name)],
  ['the steps of an element', 'web', ['install', 'post-root']],
  ['those of several', 'web, os', ['root', 'install', 'post-root']],
  ['an element that is not there', 'nobody', []],
])('%s runs afresh', (_, said, expected) => {
  expect(afresh(said)).toEqual(expected);
});
