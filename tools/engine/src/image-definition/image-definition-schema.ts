import { z } from 'zod';
import { expected } from '../diagnostics/schema-problems.ts';
import { sizePattern } from '../util/parse-size.ts';
import { architectures, imageFormats } from './image-definition.ts';

const text = (what: string) =>
  z.string({ error: expected(what) }).min(1, { error: `expected ${what}, found an empty text` });

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: expected(values.length === 1 ? `'${values[0]}'` : `one of ${values.join(', ')}`) });

const distinct = (items: readonly string[]): boolean => new Set(items).size === items.length;

const noSize = expected("a size with its unit, such as '2GiB', or a number of bytes of at least one MiB");

const size = z.union(
  [
    z.string().regex(sizePattern, { error: noSize }),
    z
      .int()
      .min(1 << 20, { error: noSize })
      .describe('bytes'),
  ],
  { error: noSize },
);

const noFormat = expected(`one of ${imageFormats.join(', ')}, or another format that qemu-img writes`);

/** Names that Kiln does not know are for the host's qemu-img to judge. */
const imageFormat = z.union(
  [z.enum(imageFormats), z.string().regex(/^[a-z][a-z0-9-]*$/, { error: noFormat })],
  { error: noFormat },
);

const elementName = text('the name of an element').regex(/^[^/\s]+$/, {
  error: 'expected the name of an element, without spaces and slashes',
});

const environmentValue = z.union([z.string(), z.number(), z.boolean()], {
  error: expected("a text, a number or true/false ('' for an empty value)"),
});

const qcow2 = z.strictObject(
  {
    compression: oneOf(['zstd', 'zlib', 'none'])
      .optional()
      .describe('zlib for QEMU before 5.1; zstd is five times as fast to write. Default: zstd'),
  },
  { error: expected('a map') },
);

const boot = z.strictObject(
  {
    memory: size.optional().describe('memory of the virtual machine. Default: 1GiB'),
    firmware: z
      .array(oneOf(['bios', 'uefi']), { error: expected('a list of bios, uefi') })
      .min(1, { error: 'expected at least one of bios, uefi' })
      .optional()
      .describe('the firmwares to boot with, one after the other. Default: bios; uefi on arm64'),
    profile: text('the name of a boot profile')
      .optional()
      .describe('what the running image must do. Default: login'),
  },
  { error: expected('a map') },
);

/** What a configuration may say, too. */
const shared = {
  packages: z
    .array(text('the name of a package'), { error: expected('a list of package names') })
    .optional()
    .describe('packages installed after install.d'),
  environment: z
    .record(
      z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {
        error: 'expected the name of a variable: letters, digits, underscores',
      }),
      environmentValue,
      { error: expected('a map of variables') },
    )
    .optional()
    .describe('environment of the hooks; numbers and true/false are passed on as they are spelled here'),
  architecture: oneOf(architectures).optional().describe('target architecture. Default: that of the host'),
  size: size.optional().describe('size of the disk. Default: computed from the tree'),
  'extra-size': size
    .optional()
    .describe("added to the tree's size in place of the usual two thirds, where size is computed"),
  'journal-size': size.optional().describe('journal of an ext4 root filesystem. Default: 64MiB'),
  'mkfs-options': z
    .array(text('an argument of mkfs'), { error: expected('a list of arguments, such as [-O, ^64bit]') })
    .optional()
    .describe("further arguments for the root filesystem's mkfs"),
  'max-online-resize': size
    .optional()
    .describe('up to which size the root filesystem can be grown while it is mounted'),
  'block-size': z
    .union([z.literal(512), z.literal(4096)], { error: expected('512 or 4096') })
    .optional()
    .describe('bytes in a sector of the disk. Default: what the block-device configuration says, else 512'),
  formats: z
    .array(imageFormat, { error: expected('a list of image formats') })
    .min(1, { error: 'expected at least one image format' })
    .refine(distinct, { error: 'a format is named twice' })
    .optional()
    .describe('image formats to make. Default: qcow2'),
  'block-device': z
    .array(z.record(z.string(), z.unknown(), { error: expected('a map, such as local_loop: …') }), {
      error: expected("a list of block-device nodes, as in diskimage-builder's DIB_BLOCK_DEVICE_CONFIG"),
    })
    .optional()
    .describe("layout of the disk, in diskimage-builder's form. Default: that of the block-device element"),
  'root-label': text('a label').optional().describe('label of the root filesystem. Default: cloudimg-rootfs'),
  'root-filesystem': oneOf(['ext2', 'ext3', 'ext4', 'xfs', 'btrfs'])
    .optional()
    .describe('type of the root filesystem. Default: ext4'),
  qcow2: qcow2.optional().describe('options of the qcow2 format'),
  'qemu-img-options': text("options of 'qemu-img convert -o'")
    .optional()
    .describe('options for every format that qemu-img writes, such as cluster_size=2M'),
  'docker-target': text('a name such as registry.example/name:tag')
    .optional()
    .describe("name of the container image in the formats docker and oci. Default: the image's, latest"),
  boot: boot.optional().describe('how the boot target starts the image'),
  'skip-base': z
    .boolean({ error: expected('true or false') })
    .optional()
    .describe('true: the element base is not added'),
} as const;

const elements = z.array(elementName, { error: expected('a list of element names') });

/** What a configuration holds: elements to add and to leave out, packages to add, variables to merge, anything else to replace. */
export const imageConfigurationSchema = z.strictObject(
  {
    elements: elements.optional().describe('elements to add'),
    'without-elements': elements.optional().describe("elements of the image's own list to leave out"),
    ...shared,
  },
  { error: expected('a map of what differs in this configuration') },
);

/** `images/<name>/image.yaml`. Free of transformations, so that the JSON schema says the same. */
export const imageDefinitionSchema = z.strictObject(
  {
    description: z
      .string({ error: expected('a text') })
      .optional()
      .describe('what the image is for, in a sentence'),
    elements: elements
      .min(1, { error: 'expected at least one element' })
      .describe('elements that make the image; those that they depend on need not be named'),
    ...shared,
    configurations: z
      .record(
        z
          .string()
          .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, { error: 'expected a name of letters, digits, hyphens' }),
        imageConfigurationSchema,
        { error: expected('a map of configurations by name') },
      )
      .optional()
      .describe('variants of the image, by name'),
  },
  { error: expected('a map with the keys of an image definition') },
);

export type ImageConfigurationData = z.infer<typeof imageConfigurationSchema>;
export type ImageDefinitionData = z.infer<typeof imageDefinitionSchema>;
