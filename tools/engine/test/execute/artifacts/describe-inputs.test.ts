import { expect, test } from 'vitest';
import { describeInputs, digestOfElement } from '../../../src/execute/artifacts/describe-inputs.ts';
import { digestOf } from '../../../src/fingerprint/digest.ts';
import type { LockedThing } from '../../../src/lock/lock-request.ts';
import type { BuildPlan } from '../../../src/plan/build-plan.ts';

const plan = {
  steps: [
    {
      inputs: {
        'environment DIB_RELEASE': 'trixie',
        'environment BASH_FUNC_die%%': '() {}',
        'file 10-a': '644',
      },
    },
    { inputs: { 'environment DIB_PASSWORD': 'secret 00ff', 'host mmdebstrap': 'digest' } },
  ],
} as unknown as BuildPlan;

test('what counted, without secrets, functions and times', () => {
  const entry = {
    kind: 'git',
    name: 'agent',
    location: 'https://a/b',
    ref: 'main',
    commit: 'c',
    date: 'd',
  } as const;
  const thing = { request: {}, entry: { ...entry, lockedAt: 'now' } } as unknown as LockedThing;
  expect(describeInputs(plan, [thing])).toEqual({
    environment: { DIB_PASSWORD: '(secret)', DIB_RELEASE: 'trixie' },
    host: { mmdebstrap: 'digest' },
    lock: [entry],
  });
});

test("an element's digest counts paths, modes and contents", () => {
  const file = {
    path: 'a',
    mode: 0o644,
    kind: 'file',
    digest: digestOf('x'),
    content: Buffer.from('x'),
  } as const;
  const digest = digestOfElement({ files: [file] });
  expect(digestOfElement({ files: [{ ...file }] })).toBe(digest);
  for (const other of [
    { ...file, path: 'b' },
    { ...file, mode: 0o755 },
    { ...file, digest: digestOf('y') },
  ])
    expect(digestOfElement({ files: [other] })).not.toBe(digest);
});
