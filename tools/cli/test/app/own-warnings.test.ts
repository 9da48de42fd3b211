import type { Failure } from '@kiln/engine/diagnostics/failure.ts';
import { digestOf } from '@kiln/engine/fingerprint/digest.ts';
import { steps } from '@kiln/engine/plan/step.ts';
import { expect, test } from 'vitest';
import { withOwnWarnings } from '../../src/app/own-warnings.ts';

const unrun = (hook: string): Failure => ({
  code: 'hook-will-not-run',
  element: 'web',
  hook,
  reason: 'its name has a dot',
  remedy: 'rename it',
});

const tellers = (failure: Failure): readonly string[] =>
  steps
    .filter(({ name }) => {
      let isTold = false;
      withOwnWarnings(name, () => (isTold = true))({ type: 'warning', failure });
      return isTold;
    })
    .map(({ name }) => name);

test('a warning about a definition is told by the step that it is about, and by no other', () => {
  expect(tellers(unrun('install.d/10-a.sh'))).toEqual(['install']);
  expect(tellers(unrun('cleanup.d/10-a.sh'))).toEqual(['finalise']);
  expect(tellers({ code: 'variable-not-read', variable: 'DIB_MOTT' })).toEqual([]);
  expect(tellers({ code: 'block-device-invalid', reason: 'two of them' })).toEqual(['block-device']);
});

test('what happens while a step is made is told by any', () => {
  expect(tellers({ code: 'blob-damaged', digest: digestOf('x') })).toHaveLength(steps.length);
});
