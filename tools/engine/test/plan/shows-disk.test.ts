import { expect, test } from 'vitest';
import type { HookFile } from '../../src/elements/merge-hooks.ts';
import { digestOf } from '../../src/fingerprint/digest.ts';
import { showsDisk } from '../../src/plan/shows-disk.ts';

function hook(text: string): HookFile {
  const content = Buffer.from(text);
  const digest = digestOf(content);
  return { path: 'finalise.d/50-x', mode: 0o755, kind: 'file', content, digest, element: 'x' };
}

test.each([
  ['finalise', 'grub-install $IMAGE_BLOCK_DEVICE', true],
  ['finalise', 'eval declare -A devices=( ${IMAGE_BLOCK_DEVICES} )', true],
  ['finalise', '"IMAGE_BLOCK_DEVICE" in os.environ', true],
  ['finalise', 'grub-mkconfig', false],
  ['block-device', 'echo IMAGE_BLOCK_DEVICE=/dev/sda', false],
] as const)('in %s, %j: %s', (step, text, expected) => {
  expect(showsDisk(step, [hook(text)])).toBe(expected);
});
