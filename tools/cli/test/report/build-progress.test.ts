import type { BuildEvent } from '@kiln/engine/events/build-event.ts';
import { expect, test } from 'vitest';
import { advance, endRunningSteps, noProgress } from '../../src/report/build-progress.ts';

const after = (...events: readonly BuildEvent[]) =>
  events.reduce((progress, event, index) => advance(progress, event, index * 1000), noProgress());
const hook = { step: 'install', hook: '50-web', element: 'web' } as const;

test('a hook is at work from its beginning to its end, and keeps its last line', () => {
  const running = after(
    { type: 'step-started', step: 'install', hookCount: 1 },
    { type: 'hook-started', ...hook, index: 0, count: 1 },
    { type: 'hook-output', step: 'install', hook: '50-web', line: 'one' },
    { type: 'hook-output', step: 'install', hook: '50-web', line: 'two' },
  );
  expect(running.steps[0]?.hook).toMatchObject({ name: '50-web', startedAtMs: 1000, lastLine: 'two' });
  const ended = advance(running, { type: 'hook-finished', ...hook, durationMs: 5, ok: true }, 5000);
  expect(ended.steps[0]).toMatchObject({ state: 'running', hook: undefined });
});

test('a step that was never begun may finish; it began when its duration says', () => {
  const { steps } = after(
    { type: 'note', message: '' },
    { type: 'step-finished', step: 'root', origin: 'restored', durationMs: 400 },
  );
  expect(steps).toMatchObject([{ name: 'root', state: 'done', origin: 'restored', startedAtMs: 600 }]);
});

test('a failed hook fails its step, and what still runs fails with the build', () => {
  const failed = after(
    { type: 'step-started', step: 'install', hookCount: 1 },
    { type: 'hook-finished', ...hook, durationMs: 5, ok: false },
    { type: 'step-started', step: 'other', hookCount: 0 },
  );
  expect(failed.steps.map((it) => it.state)).toEqual(['failed', 'running']);
  expect(endRunningSteps(failed, 'failed').steps.map((it) => it.state)).toEqual(['failed', 'failed']);
});

test('events do not change the progress that they are added to', () => {
  const before = after({ type: 'step-started', step: 'install', hookCount: 1 });
  const copy = structuredClone(before);
  advance(before, { type: 'step-finished', step: 'install', origin: 'run', durationMs: 1 }, 9);
  expect(before).toEqual(copy);
});

test('steps stand in planned order, whatever order they were told of in', () => {
  const finished = (step: string): BuildEvent => ({
    type: 'step-finished',
    step,
    origin: 'run',
    durationMs: 1,
  });
  const names = ['install', 'extra', 'root', 'other'];
  const progress = names
    .map(finished)
    .reduce((so, event) => advance(so, event, 0), noProgress(['root', 'install', 'finalise']));
  expect(progress.steps.map((it) => it.name)).toEqual(['root', 'install', 'extra', 'other']);
});

test('a step that was told as restored and is made after all stands there once', () => {
  const { steps } = after(
    { type: 'step-finished', step: 'root', origin: 'restored', durationMs: 0 },
    { type: 'step-finished', step: 'install', origin: 'restored', durationMs: 0 },
    { type: 'step-started', step: 'root', hookCount: 1 },
    { type: 'step-finished', step: 'root', origin: 'run', durationMs: 9 },
  );
  expect(steps).toMatchObject([
    { name: 'root', origin: 'run', durationMs: 9 },
    { name: 'install', origin: 'restored' },
  ]);
});

test('a task of one step that had to make those before it has them before it', () => {
  const ran = (step: string): BuildEvent => ({ type: 'step-finished', step, origin: 'run', durationMs: 1 });
  const progress = ['root', 'install', 'finalise', 'other']
    .toReversed()
    .map(ran)
    .reduce((so, event) => advance(so, event, 0), noProgress(['finalise']));
  expect(progress.steps.map((it) => it.name)).toEqual(['root', 'install', 'finalise', 'other']);
});

test('in a build that was cancelled nothing failed', () => {
  const cancelled = after(
    { type: 'step-finished', step: 'root', origin: 'run', durationMs: 1 },
    { type: 'step-started', step: 'install', hookCount: 1 },
    { type: 'hook-finished', ...hook, durationMs: 5, ok: false },
  );
  expect(endRunningSteps(cancelled, 'cancelled').steps.map((it) => it.state)).toEqual(['done', 'cancelled']);
});
