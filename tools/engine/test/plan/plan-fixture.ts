import type { Element } from '../../src/elements/element.ts';
import type { ResolvedImage } from '../../src/elements/resolved-image.ts';
import type { ImageDefinition } from '../../src/image-definition/image-definition.ts';
import type { PlanSources } from '../../src/plan/plan-sources.ts';
import { elementOf, script } from '../elements/element-fixture.ts';

export const definition: ImageDefinition = {
  name: 'box',
  description: 'for tests',
  elements: ['os', 'web'],
  architecture: 'amd64',
  sizeBytes: undefined,
  formats: ['qcow2'],
  environment: {},
  packages: ['curl'],
  blockDevice: undefined,
  rootLabel: undefined,
  rootFilesystem: 'ext4',
  qcow2: { compression: 'zstd' },
  boot: { memoryMebibytes: 1024, firmware: ['bios'], profile: 'login' },
  skipBase: true,
  configurations: {},
  places: new Map(),
};

/** Files of the element \`web\` as tests begin. */
export const webFiles = {
  'install.d/10-web': script('echo "$WEB_PORT" >/etc/web; cat "$(dirname "$0")/web.conf"'),
  'install.d/20-more': script('cp -r /tmp/in_target.d/static/etc /'),
  'install.d/web.conf': 'a',
  'static/etc/motd': 'hello',
  'environment.d/10-web': 'export WEB_PORT=${WEB_PORT:-80}\n',
  'post-root.d/10-list': script('cat "$ELEMENTS_PATH"/*/packages.list'),
  'packages.list': 'nginx\n',
} as const;

const osFiles = {
  'element-provides': 'operating-system\n',
  'root.d/10-tree': script('debootstrap "$TARGET_ROOT"'),
};

export const os = elementOf('os', osFiles);

/** The element with other declarations than none. */
export function declaring(element: Element, declarations: Partial<Element['declarations']>): Element {
  return { ...element, declarations: { ...element.declarations, ...declarations } };
}

export const web = elementOf('web', webFiles);

/** An image of \`os\` and \`web\`, or of other elements. */
export function imageOf(
  elements: readonly Element[] = [os, web],
  changes: Partial<ImageDefinition> = {},
): ResolvedImage {
  return { definition: { ...definition, ...changes }, elements, providers: new Map() };
}

export const sources: PlanSources = {
  user: {},
  disk: { DIB_ROOT_LABEL: 'cloudimg-rootfs', DIB_MOUNTPOINTS: '/' },
  fstab: 'LABEL=cloudimg-rootfs / ext4 defaults 0 1\n',
  device: { variables: { IMAGE_BLOCK_DEVICE: '/dev/loop0' }, shape: { size: 'computed' } },
  epochSeconds: 1735689600,
  host: {},
  locked: {},
};
