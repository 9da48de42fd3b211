import type { BuildEvent } from '@kiln/engine/events/build-event.ts';
import { expect, test } from 'vitest';
import { advance, noProgress } from '../../src/report/build-progress.ts';
import { coloursThatAre } from '../../src/report/colours.ts';
import { fitColumns, printableLine } from '../../src/report/fit-columns.ts';
import { liveView } from '../../src/report/live-view.ts';

const long = 'x'.repeat(200);
const events: readonly BuildEvent[] = [
  ...Array.from({ length: 12 }, (_, index): BuildEvent => {
    return { type: 'step-finished', step: `step-${index}`, origin: 'run', durationMs: 1000, sizeBytes: 1000 };
  }),
  { type: 'step-started', step: 'install', hookCount: 1 },
  { type: 'hook-started', step: 'install', hook: `50-${long}`, element: 'web', index: 0, count: 1 },
  { type: 'hook-output', step: 'install', hook: `50-${long}`, line: long },
];
const progress = events.reduce((state, event) => advance(state, event, 0), noProgress());

test.each([80, 40, 20, 12])('no line is wider than %i columns', (columns) => {
  const view = liveView(progress, {
    columns,
    rows: 30,
    nowMs: 0,
    colours: coloursThatAre.off,
  });
  for (const line of view.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
});

test('on a low screen the oldest steps give way, what is at work stays', () => {
  const view = liveView(progress, {
    columns: 80,
    rows: 7,
    nowMs: 0,
    colours: coloursThatAre.off,
  });
  expect(view.split('\n').map((line) => line.slice(0, 9))).toEqual([
    '✔ step-9 ',
    '✔ step-10',
    '✔ step-11',
    '⠋ install',
    '  hook 1 ',
    '  xxxxxxx',
  ]);
});

test('text is cut at columns, not at characters', () => {
  expect(fitColumns('abcdef', 6)).toBe('abcdef');
  expect(fitColumns('abcdefg', 6)).toBe('abcde…');
  expect(fitColumns('日本語です', 6)).toBe('日本…');
  expect(fitColumns('e\u0301a', 2)).toBe('e\u0301a');
  expect(fitColumns('abc', 0)).toBe('');
});

test('output is shown without what would move the cursor', () => {
  expect(printableLine('10 %\r50 %\r100 %\r')).toBe('100 %');
  expect(printableLine('\u001B[31mred\u001B[0m\tand\u0007 bell')).toBe('red  and bell');
});
