import { expect, test } from 'vitest';
import { BuildFailure, type Failure } from '../../../src/diagnostics/failure.ts';
import { checkFormats } from '../../../src/execute/artifacts/check-formats.ts';
import { findHostTool } from '../../../src/execute/read-host-facts.ts';

const hasQemu = findHostTool('qemu-img') !== undefined;
const places = new Map([['formats.1', { file: 'image.yaml', line: 3, column: 9, length: 4 }]]);

async function failuresOf(settings: {
  formats: readonly string[];
  qemuImgOptions?: string;
  dockerTarget?: string;
}): Promise<readonly Failure[]> {
  try {
    await checkFormats({ places, ...settings });
    return [];
  } catch (error) {
    if (error instanceof BuildFailure) return error.failures;
    throw error;
  }
}

test.skipIf(!hasQemu)('a format that only qemu-img knows is tried before anything is built', async () => {
  expect(await failuresOf({ formats: ['qcow2', 'vhdx', 'qed', 'oci'] })).toEqual([]);
  expect(await failuresOf({ formats: ['raw', 'qcow3'] })).toMatchObject([
    { code: 'format-unknown', format: 'qcow3', near: 'qcow2', place: { line: 3 } },
  ]);
  expect(await failuresOf({ formats: ['dmg'] })).toMatchObject([
    { code: 'format-unknown', reason: expect.stringContaining('does not support image creation') as string },
  ]);
});

test.skipIf(!hasQemu)('so are options for qemu-img, with every format that takes them', async () => {
  const qemuImgOptions = 'cluster_size=2M';
  expect(await failuresOf({ formats: ['qcow2', 'raw', 'tar'], qemuImgOptions })).toEqual([]);
  expect(await failuresOf({ formats: ['qcow2', 'vdi'], qemuImgOptions })).toMatchObject([
    { code: 'format-options-invalid', format: 'vdi', options: qemuImgOptions },
  ]);
});

test('the name of a container image counts where one is made', async () => {
  expect(await failuresOf({ formats: ['docker'], dockerTarget: 'Not A Name' })).toMatchObject([
    { code: 'definition-wrong-value', key: 'docker-target' },
  ]);
  expect(await failuresOf({ formats: ['tar'], dockerTarget: 'Not A Name' })).toEqual([]);
});
