import { expected } from '@kiln/engine/diagnostics/schema-problems.ts';
import { z } from 'zod';

const text = z.string({ error: expected("a text (numbers and the like in quotes: '12')") });
const texts = z.array(text, { error: expected('a list of texts') });
const map = z.record(z.string(), text, { error: expected('a map of texts') });
const count = z
  .int({ error: expected('a whole number') })
  .min(1, { error: expected('a whole number of at least 1') });

/** YAML 1.1, which diskimage-builder reads, has more words for true and false than YAML 1.2. */
const oldTruths = ['yes', 'no', 'on', 'off', 'Yes', 'No', 'On', 'Off', 'YES', 'NO', 'ON', 'OFF'] as const;
const truth = z
  .union([z.boolean(), z.enum(oldTruths)], { error: expected('true or false') })
  .transform((value) => (typeof value === 'boolean' ? value : /^(yes|on)$/i.test(value)));

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: expected(`one of ${values.join(', ')}`) });

const architecture = oneOf([
  'aarch64',
  'amd64',
  'arm64',
  'armhf',
  'powerpc',
  'ppc64',
  'ppc64el',
  'ppc64le',
  's390x',
  'x86_64',
]);
const imageType = oneOf(['qcow2', 'tar', 'tgz', 'squashfs', 'vhd', 'docker', 'aci', 'raw']);

/** One entry of a definition file. */
const entry = z.strictObject(
  {
    imagename: text
      .optional()
      .describe('path of the outputs without a suffix; entries of one name are one image'),
    arch: architecture.optional(),
    types: z.array(imageType, { error: expected('a list of image types') }).optional(),
    environment: map.optional().describe('added to the environment of the build'),
    ramdisk: truth.optional().describe('ramdisk-image-create instead of disk-image-create'),
    'debug-trace': z
      .union([z.literal(0), z.literal(1), z.literal(2)], { error: expected('0, 1 or 2') })
      .optional(),
    uncompressed: truth.optional(),
    clear: truth.optional(),
    logfile: text.optional(),
    checksum: truth.optional(),
    'image-size': count.optional().describe('GiB'),
    'image-extra-size': count.optional().describe('MiB'),
    'image-cache': text.optional(),
    'max-online-resize': count.optional().describe('blocks'),
    'min-tmpfs': count.optional().describe('GiB'),
    'mkfs-journal-size': count.optional().describe('MiB'),
    'mkfs-options': text.optional(),
    'no-tmpfs': truth.optional(),
    offline: truth.optional(),
    'qemu-img-options': map.optional(),
    'root-label': text.optional(),
    'ramdisk-element': text.optional(),
    'install-type': oneOf(['source', 'package']).optional(),
    'docker-target': text.optional(),
    packages: texts.optional(),
    'skip-base': truth.optional(),
    elements: texts.optional(),
  },
  { error: expected('a map that describes an image') },
);

/** A definition file of `diskimage-builder`: a list of entries. */
export const definitionFileSchema = z.array(entry, { error: expected('a list of images') });

/** What one entry says, or several of one name merged. */
export type ImageEntry = z.output<typeof entry>;
