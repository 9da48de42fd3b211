import { type DiskImageOption, diskImageOptions, optionSections } from './disk-image-options.ts';
import type { DiskImageMode } from './disk-image-invocation.ts';
import { wrapText } from '../command/wrap-text.ts';

/** Width of the column that names options. */
const optionColumn = 30;

/** Width of a whole line. */
const lineWidth = 100;

/** What `--help` prints. */
export function helpText(mode: DiskImageMode): string {
  const command = commandName(mode);
  const sections = optionSections.map((section) => {
    const options = diskImageOptions.filter(
      (option) => option.section === section && (option.shownFor ?? mode) === mode,
    );
    return `${section}:\n${options.map(optionLines).join('')}`;
  });
  return `${[head(mode), ...sections, environment, examples[mode].replaceAll('COMMAND', command)].join('\n')}\n`;
}

/** The command of a mode. */
export function commandName(mode: DiskImageMode): string {
  return mode === 'disk' ? 'disk-image-create' : 'ramdisk-image-create';
}

function head(mode: DiskImageMode): string {
  const what =
    mode === 'disk'
      ? 'Builds a disk image from elements: folders whose hooks change an image, one of which brings the\noperating system.'
      : 'Builds a kernel and a ramdisk from elements: folders whose hooks change an image, one of which\nbrings the operating system.';
  return `Usage: ${commandName(mode)} [OPTION…] ELEMENT…

${what} What did not change since an earlier build is taken from it.

Options and elements may be mixed; -- ends the options. A long option may be shortened while it is
clear which one is meant. In brackets: what is taken without the option, and its variable.
`;
}

function optionLines({ short, long, value, text }: DiskImageOption): string {
  const names = [...(short === undefined ? [] : [`-${short}`]), ...(long === undefined ? [] : [`--${long}`])];
  const shown = `  ${short === undefined ? '    ' : ''}${names.join(', ')}${value === undefined ? '' : ` ${value}`}`;
  const [first = '', ...more] = wrapText(text, lineWidth - optionColumn);
  const begin = shown.length < optionColumn ? shown.padEnd(optionColumn) + first : undefined;
  const lines =
    begin === undefined ? [shown, ...[first, ...more].map(indented)] : [begin, ...more.map(indented)];
  return `${lines.join('\n')}\n`;
}

const indented = (line: string): string => ' '.repeat(optionColumn) + line;

const environment = `Environment, beside the variables named above:
  ELEMENTS_PATH               folders with elements, joined by colons; Kiln's own come after them.
                              For diskimage-builder's: its folder 'elements'
  DIB_RELEASE, DIB_…          what the elements of the image read; their READMEs tell
  FS_TYPE                     root filesystem (ext4)
  DIB_BLOCK_DEVICE_CONFIG     layout of the disk: YAML, or file:///path
  DIB_BLOCK_SIZE              size of a sector: 512 or 4096
  OVERWRITE_OLD_IMAGE=1       replace an existing image of other content, do not rename it
  DIB_NO_TIMESTAMP=1          lines of the log without time
  DIB_QUIET=1                 print nothing but failures
  DIB_SHOW_IMAGE_USAGE=1      say what takes room in the image; with DIB_SHOW_IMAGE_USAGE_FULL=1 all
  break=before-install,…      open a shell at these points of the build
  KILN_STORE                  where everything lies that is kept between builds (~/.cache/kiln)

Exit codes: 0 done, 1 failed, 130 interrupted.
`;

const examples: Readonly<Record<DiskImageMode, string>> = {
  disk: `Examples:
  COMMAND -o debian debian-minimal vm
  COMMAND -o out/web.qcow2 -p nginx,vim debian-minimal vm my-web-server
  COMMAND -t qcow2,tgz --checksum -o out/web debian-minimal vm
  COMMAND --dry-run -o out/web debian-minimal vm     # what would run?
  COMMAND --explain -o out/web debian-minimal vm     # and why?`,
  ramdisk: `Example:
  COMMAND -o deploy debian-minimal my-deploy-agent`,
};
