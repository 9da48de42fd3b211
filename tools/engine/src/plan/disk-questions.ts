import type { HookFile } from '../elements/merge-hooks.ts';
import { textOf } from './text-of.ts';

/** Where host hooks find the parameters that diskimage-builder gives to `dib-block-device`. */
export const diskParametersFile = '/run/kiln/block-device/params.yaml';

/**
 * What the program `dib-block-device` that is lent to host hooks answers from. Who calls it, or reads its parameters, reads these
 * without naming them.
 */
const answers = [
  'DIB_BLOCK_DEVICE_PARAMS_YAML',
  'DIB_ROOT_LABEL',
  'DIB_ROOT_FSTYPE',
  'DIB_BOOT_LABEL',
  'DIB_MOUNTPOINTS',
  'TMP_MOUNT_PATH',
] as const;

const deviceAnswers = ['IMAGE_BLOCK_DEVICE', 'IMAGE_BLOCK_DEVICES'] as const;

/** Variables that some scripts read by way of `dib-block-device`; none where they do not name it. */
export function variablesAskedFor(files: readonly HookFile[]): readonly string[] {
  const text = textOf(files);
  if (!/dib-block-device|DIB_BLOCK_DEVICE_PARAMS_YAML/.test(text)) return [];
  return text.includes('image-block-') ? [...answers, ...deviceAnswers] : answers;
}
