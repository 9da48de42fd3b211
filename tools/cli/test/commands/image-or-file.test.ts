import { expect, test } from 'vitest';
import { BuildFailure } from '@kiln/engine/diagnostics/failure.ts';
import { imageOrFile } from '../../src/commands/image-or-file.ts';
import { openWorkspace } from '../../src/app/workspace.ts';

const workspace = openWorkspace(import.meta.dirname, {});

test('a file is an artifact, inside of a workspace or not', () => {
  const file = import.meta.filename;
  expect(imageOrFile(file, workspace)).toMatchObject({ image: undefined, artifact: file });
  expect(imageOrFile(file, undefined)).toMatchObject({ image: undefined, artifact: file });
});

test.each([
  ['web', workspace, 'image-not-found'],
  ['./web.qcow2', workspace, 'artifact-unreadable'],
  ['web', undefined, 'artifact-unreadable'],
])('%s is neither', (what, around, code) => {
  let failure: unknown;
  try {
    imageOrFile(what, around);
  } catch (error) {
    failure = error;
  }
  expect(failure).toBeInstanceOf(BuildFailure);
  expect((failure as BuildFailure).failures[0]?.code).toBe(code);
});
