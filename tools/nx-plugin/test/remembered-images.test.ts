import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWorkspace } from '@kiln/cli/app/workspace.ts';
import { openImageMemory } from '../src/remembered-images.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kiln-memory-'));
  write('images/box/image.yaml', 'elements: [web]\n');
  write('elements/web/install.d/10-web', 'echo web\n');
  write('elements/other/install.d/10-other', 'echo other\n');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const nodes = { projects: { 'images/box': { root: 'images/box', name: 'box' } } };

describe('what Nx was told of an image', () => {
  it('is told again while nothing changed', () => {
    remember();
    expect(recall()).toMatchObject({ nodes, elementFolders: [folderOf('web')] });
  });

  it.each<readonly [string, () => void]>([
    ['its definition', () => write('images/box/image.yaml', 'elements: [web, vm]\n')],
    ['a file of its elements', () => write('elements/web/install.d/10-web', 'echo pub\n')],
    ['a mode', () => chmodSync(join(root, 'elements/web/install.d/10-web'), 0o755)],
    ['a new file', () => write('elements/web/pkg-map', '{}\n')],
    ['a file that is gone', () => rmSync(join(root, 'elements/web/install.d/10-web'))],
    ['its declarations', () => write('elements/web/element.yaml', 'secrets: [DIB_X]\n')],
    ['tests that are for the image', () => write('elements/web/static/tests/a', 'changed\n')],
    ['a new element, which may provide what another did', () => write('elements/new/element-deps', '')],
  ])('is forgotten after a change: %s', (_, change) => {
    remember();
    change();
    expect(recall()).toBeUndefined();
  });

  it('is forgotten when what a link leads to changes', () => {
    write('shared/lib.sh', 'one\n');
    symlinkSync('../../shared/lib.sh', join(root, 'elements/web/lib.sh'));
    remember();
    write('shared/lib.sh', 'another\n');
    expect(recall()).toBeUndefined();
  });

  it('is forgotten when a link of its own is another, whatever links lead to', () => {
    const link = join(root, 'elements/web/static');
    mkdirSync(link);
    symlinkSync('/usr/share', join(link, 'data'));
    symlinkSync('loop', join(link, 'loop'));
    remember();
    expect(recall()).toMatchObject({ nodes });
    rmSync(join(link, 'data'));
    symlinkSync('/usr/lib', join(link, 'data'));
    expect(recall()).toBeUndefined();
  });

  it('is forgotten with another variable that hooks may see, and kept with one of the session', () => {
    remember({ DIB_RELEASE: 'bookworm', SSH_TTY: '/dev/pts/1' });
    expect(recall({ DIB_RELEASE: 'bookworm', SSH_TTY: '/dev/pts/2' })).toMatchObject({ nodes });
    expect(recall({ DIB_RELEASE: 'trixie', SSH_TTY: '/dev/pts/1' })).toBeUndefined();
  });

  it('is kept when another element changes, and when a test of its own does', () => {
    remember();
    write('elements/other/install.d/10-other', 'echo changed\n');
    write('elements/web/tests/web.test.ts', 'changed\n');
    expect(recall()).toMatchObject({ nodes });
  });

  it('is not kept when a folder changed after it was read', () => {
    const memory = openMemory();
    memory.recall('box');
    memory.note(folderOf('web'));
    write('elements/web/install.d/10-web', 'echo changed while it was read\n');
    memory.keep('box', { nodes, namedElements: ['web'], elementFolders: [folderOf('web')] });
    expect(recall()).toBeUndefined();
  });

  it('is not kept where the block device stands in a file elsewhere', () => {
    write('images/box/image.yaml', 'environment: {DIB_BLOCK_DEVICE_CONFIG: "file:///etc/disk.yaml"}\n');
    remember();
    expect(recall()).toBeUndefined();
  });

  it('is nothing where the file is damaged', () => {
    remember();
    write('.nx/kiln/box.json', '{"signature": ');
    expect(recall()).toBeUndefined();
  });
});

function openMemory(environment: Readonly<Record<string, string>> = {}) {
  return openImageMemory(openWorkspace(root, environment), environment);
}

function remember(environment?: Readonly<Record<string, string>>): void {
  const memory = openMemory(environment);
  memory.recall('box');
  memory.note(folderOf('web'));
  memory.keep('box', { nodes, namedElements: ['web'], elementFolders: [folderOf('web')] });
}

function recall(environment?: Readonly<Record<string, string>>) {
  return openMemory(environment).recall('box');
}

function folderOf(element: string): string {
  return join(root, 'elements', element);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
