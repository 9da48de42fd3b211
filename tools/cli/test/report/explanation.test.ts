import { describe, expect, test } from 'vitest';
import type { ImageExplanation, StepExplanation } from '@kiln/engine/execute/explain/explain-image.ts';
import type { StepForecast } from '@kiln/engine/execute/explain/forecast-steps.ts';
import type { ArtifactForecast } from '@kiln/engine/execute/explain/forecast-build.ts';
import { coloursThatAre } from '../../src/report/colours.ts';
import { explanationJson } from '../../src/report/explanation-json.ts';
import { explanationText } from '../../src/report/explanation-text.ts';
import { forecastText } from '../../src/report/forecast-text.ts';

const colours = coloursThatAre.off;
const now = Date.parse('2026-11-21T12:00:00Z');
const minute = 60_000;
const change = {
  name: 'hook install.d/75-web',
  before: '755 aa',
  now: '755 bb',
  text: 'install.d/75-web of web changed',
};

/** A step with hooks 74 and 75, of which a checkpoint saves the first. */
function step(
  name: string,
  forecast: Partial<StepForecast>,
  rest: Partial<StepExplanation> = {},
): StepExplanation {
  const links = ['install.d/74-base', 'install.d/75-web'].map((path) => ({ hook: { path, element: 'web' } }));
  return {
    forecast: {
      step: { name },
      chain: { key: 'k'.repeat(64), links },
      fate: 'restored',
      saved: 0,
      record: undefined,
      ...forecast,
    } as unknown as StepForecast,
    record: { version: 1, inputs: { step: name } },
    last: { at: now - 5 * minute, origin: 'run', changes: undefined },
    changes: [],
    ...rest,
  };
}

function explanation(
  steps: readonly StepExplanation[],
  artifacts: readonly ArtifactForecast[] = [],
  expectedMs?: number,
): ImageExplanation {
  return { steps, forecast: { steps: steps.map(({ forecast }) => forecast), artifacts, expectedMs } };
}

const changed = explanation(
  [
    step('root', {}),
    step('install', { fate: 'resume', saved: 1, expectedMs: 12_000 }, { changes: [change] }),
    step('finalise', { fate: 'follows', expectedMs: 3_100 }),
  ],
  [{ format: 'qcow2', file: '/dist/web.qcow2', fate: 'follows', expectedMs: 9_000 }],
  24_100,
);

describe('a dry run', () => {
  test('says what is cached, what resumes where and why, what may follow, and how long it takes', () => {
    expect(forecastText(changed, colours).split('\n')).toEqual([
      'root: cached',
      'install: resumes after install.d/74-base, 1 of 2 hooks to run, about 12.0 s',
      '  install.d/75-web of web changed',
      'finalise: runs if the content below it changes, up to 3.1 s',
      'qcow2: made if the content below it changes, up to 9.0 s',
      'at most about 24.1 s in all',
      '',
    ]);
  });

  test('of an image that is up to date there is nothing to do', () => {
    const artifacts = [{ format: 'qcow2', file: '/dist/web.qcow2', fate: 'in place' }] as const;
    expect(forecastText(explanation([step('root', {})], artifacts, 0), colours)).toBe(
      'root: cached\nqcow2: in place\nnothing to do\n',
    );
  });

  test('of an image that was never built there is no estimate', () => {
    const never = explanation([step('root', { fate: 'run' }, { last: undefined, changes: undefined })]);
    expect(forecastText(never, colours)).toContain('never built here');
    expect(forecastText(never, colours)).toContain('no estimate');
  });

  test('many reasons are cut, and say where the rest is', () => {
    const many = step('install', { fate: 'run' }, { changes: Array.from({ length: 9 }, () => change) });
    expect(forecastText(explanation([many]), colours)).toContain('and 5 more: kiln explain <image> install');
  });
});

describe('an explanation', () => {
  const text = (steps: readonly StepExplanation[], detail: 'steps' | 'inputs' = 'steps'): string =>
    explanationText(explanation(steps), { colours, now, detail });

  test('of a step that would run: why', () => {
    expect(text([step('install', { fate: 'run' }, { changes: [change] })])).toBe(
      'install: runs, 2 hooks\n  install.d/75-web of web changed\n',
    );
    expect(text([step('root', { fate: 'run', because: 'its layer is not in the store' })])).toContain(
      '\n  its layer is not in the store\n',
    );
  });

  test('of a step that is cached: when it ran last, and why then', () => {
    const ran = (changes: readonly (typeof change)[] | undefined, origin: 'run' | 'restored' = 'run') =>
      text([step('install', {}, { last: { at: now - 5 * minute, origin, changes } })]);
    expect(ran([change])).toBe(
      'install: cached; ran 5 minutes ago, because\n  install.d/75-web of web changed\n',
    );
    expect(ran(undefined)).toBe('install: cached; ran 5 minutes ago, for the first time\n');
    expect(ran([])).toContain('because its bytes were missing');
    expect(ran([change], 'restored')).toBe('install: cached; found in the store 5 minutes ago\n');
  });

  test('of a step that is cached, though the last build had another: what changed since', () => {
    expect(text([step('install', {}, { changes: [change] })])).toBe(
      'install: cached, of an earlier build; since the last one\n  install.d/75-web of web changed\n',
    );
  });

  test('of one hook: whether it would run, and what makes it', () => {
    const verdict = (forecast: Partial<StepForecast>, hook: string, changes = [change]): string => {
      const explained = { ...explanation([step('install', forecast, { changes })]), hook };
      return explanationText(explained, { colours, now, detail: 'inputs' }).split('\n')[0] ?? '';
    };
    const earlier = { ...change, name: 'hook install.d/74-base' };
    expect([
      verdict({ fate: 'resume', saved: 1 }, 'install.d/75-web'),
      verdict({ fate: 'resume', saved: 1 }, 'install.d/74-base'),
      verdict({ fate: 'run' }, 'install.d/75-web', [earlier]),
      verdict({ fate: 'run' }, 'install.d/75-web', [{ ...change, name: 'environment DIB_RELEASE' }]),
      verdict({ fate: 'follows' }, 'install.d/75-web'),
      verdict({}, 'install.d/75-web', []),
    ]).toEqual([
      'install.d/75-web: runs: it changed',
      'install.d/74-base: need not run: a state after it is saved',
      'install.d/75-web: runs after install.d/74-base, which changed',
      'install.d/75-web: runs with install',
      'install.d/75-web: runs if the content below install changes',
      'install.d/75-web: need not run: install is cached',
    ]);
  });

  test('in detail: hooks in order, the inputs before and now, the key', () => {
    const detail = text([step('install', { fate: 'resume', saved: 1 }, { changes: [change] })], 'inputs');
    expect(detail).toContain('  saved  install.d/74-base (web)\n  runs   install.d/75-web (web)\n');
    expect(detail).toContain('  hook install.d/75-web\n    - 755 aa\n    + 755 bb\n');
    expect(detail).toContain(`key ${'k'.repeat(64)}, 1 inputs`);
  });
});

test('for programs: every step with its fate, hooks, changes and inputs, and times as they are written', () => {
  const json = JSON.parse(JSON.stringify(explanationJson('web', changed))) as Record<string, unknown>;
  expect(json).toMatchObject({ formatVersion: 1, image: 'web', expectedMs: 24_100 });
  expect((json['steps'] as object[])[1]).toMatchObject({
    step: 'install',
    fate: 'resume',
    hooks: [
      { hook: 'install.d/74-base', element: 'web', saved: true },
      { hook: 'install.d/75-web', element: 'web', saved: false },
    ],
    changes: [{ name: 'hook install.d/75-web', text: 'install.d/75-web of web changed' }],
    last: { at: '2026-11-21T11:55:00.000Z', origin: 'run', changes: null },
    inputs: { step: 'install' },
  });
});
