import { expect, test } from 'vitest';
import type { HookFile } from '../../src/elements/merge-hooks.ts';
import { chainHooks } from '../../src/execute/steps/hook-chain.ts';
import { digestOf } from '../../src/fingerprint/digest.ts';
import { emptyRecord } from '../../src/layers/layer-record.ts';
import { planBuild } from '../../src/plan/plan-build.ts';
import { showsDisk } from '../../src/plan/shows-disk.ts';
import { elementOf, script } from '../elements/element-fixture.ts';
import { imageOf, os, sources } from './plan-fixture.ts';

function hook(text: string): HookFile {
  const content = Buffer.from(text);
  const digest = digestOf(content);
  return { path: 'finalise.d/50-x', mode: 0o755, kind: 'file', content, digest, element: 'x' };
}

test.each([
  ['finalise', 'grub-install $IMAGE_BLOCK_DEVICE', true],
  ['finalise', 'eval declare -A devices=( ${IMAGE_BLOCK_DEVICES} )', true],
  ['finalise', '"IMAGE_BLOCK_DEVICE" in os.environ', true],
  ['finalise', 'disk=$(dib-block-device getval image-block-device)', true],
  ['finalise', 'label=$(dib-block-device getval root-label)', false],
  ['finalise', 'grub-mkconfig', false],
  ['block-device', 'echo IMAGE_BLOCK_DEVICE=/dev/sda', false],
] as const)('in %s, %j: %s', (step, text, expected) => {
  expect(showsDisk(step, [hook(text)])).toBe(expected);
});

const finalising = (text: string) => imageOf([os, elementOf('web', { 'finalise.d/50-boot': script(text) })]);

function keyOfFinalise(text: string, shape: Readonly<Record<string, string>>): string {
  const device = { variables: { IMAGE_BLOCK_DEVICE: '/dev/loop0' }, shape };
  const step = planBuild(finalising(text), { ...sources, device }).steps.at(-1);
  if (step === undefined) throw new Error('no step');
  return chainHooks(step, emptyRecord).key;
}

test('the shape of the disk counts where hooks are shown it, and there only', () => {
  const [small, large] = [{ size: '1' }, { size: '2' }];
  const asking = 'grub-install "$IMAGE_BLOCK_DEVICE"';
  expect(keyOfFinalise(asking, small)).not.toBe(keyOfFinalise(asking, large));
  expect(keyOfFinalise('true', small)).toBe(keyOfFinalise('true', large));
});

test("the user's IMAGE_BLOCK_DEVICE reaches no hook", () => {
  const user = { IMAGE_BLOCK_DEVICE: '/dev/sda' };
  const { steps } = planBuild(finalising(': "$IMAGE_BLOCK_DEVICE"'), { ...sources, user });
  const step = steps.at(-1);
  expect([step?.showsDisk, step?.environment['IMAGE_BLOCK_DEVICE']]).toEqual([true, '/dev/loop0']);
  expect(step?.readableVariables).not.toContain('IMAGE_BLOCK_DEVICE');
});

test('who asks dib-block-device reads what it answers from', () => {
  const disk = { DIB_ROOT_LABEL: 'top', DIB_MOUNTPOINTS: '/' };
  const stepOf = (text: string) => planBuild(finalising(text), { ...sources, disk }).steps.at(-1);
  const asking = stepOf('dib-block-device getval root-label');
  expect(asking?.environment).toMatchObject({
    ...disk,
    DIB_BLOCK_DEVICE_PARAMS_YAML: '/run/kiln/block-device/params.yaml',
  });
  expect(asking?.inputs).toMatchObject({ 'environment DIB_ROOT_LABEL': 'top' });
  expect(stepOf('true')?.environment).not.toHaveProperty('DIB_ROOT_LABEL');
});
