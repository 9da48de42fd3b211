import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Element } from '../../src/elements/element.ts';
import { readElementRelations } from '../../src/elements/read-element-relations.ts';
import { readElement } from '../../src/elements/read-element.ts';
import { digestOf } from '../../src/fingerprint/digest.ts';
import { script, temporaryFolder, writeTree } from './element-fixture.ts';

function read(path: string): Element {
  const result = readElement(path);
  if (!result.ok) throw new Error(JSON.stringify(result.failures));
  return result.value;
}

const paths = (element: Element): readonly string[] => element.files.map((file) => file.path);

describe('readElement', () => {
  it('reads names, files, modes and digests', () => {
    const root = writeTree(temporaryFolder(), {
      'web/element-deps': 'vm\n\n  base  \nvm\n# not a comment\n',
      'web/element-provides': 'web-server',
      'web/install.d/10-web': script('echo web'),
    });
    const element = read(join(root, 'web'));
    expect(element).toMatchObject({
      name: 'web',
      directory: join(root, 'web'),
      dependencies: ['vm', 'base', '# not a comment'],
      provides: ['web-server'],
      declarations: { variables: [], restorable: true },
    });
    expect(element.files.at(-1)).toEqual({
      path: 'install.d/10-web',
      mode: 0o755,
      kind: 'file',
      digest: digestOf('#!/bin/bash\necho web\n'),
      content: Buffer.from('#!/bin/bash\necho web\n'),
    });
    expect(readElementRelations(join(root, 'web'))).toEqual({
      dependencies: element.dependencies,
      provides: element.provides,
    });
  });

  it('leaves out tests, documentation, checks and litter, but not what only looks alike deeper down', () => {
    const root = writeTree(temporaryFolder(), {
      'README.rst': '',
      'tests/test_x.py': '',
      'test-elements/case/element-deps': '',
      'verify.yaml': '',
      'element.yaml': 'description: x\n',
      'bin/__pycache__/tool.pyc': '',
      'bin/tool.pyc': '',
      'bin/tool~': '',
      'bin/.tool.swp': '',
      '.git/HEAD': '',
      'pkg-map': '{}',
      'static/README': '',
      'static/tests/data': '',
    });
    expect(paths(read(root))).toEqual(['pkg-map', 'static/README', 'static/tests/data']);
  });

  it('sorts by bytes of the whole path', () => {
    const root = writeTree(temporaryFolder(), { 'a/b': '', 'a-b': '', 'a.d/c': '', B: '', ä: '' });
    expect(paths(read(root))).toEqual(['B', 'a-b', 'a.d/c', 'a/b', 'ä']);
  });

  it('gives one result whatever the umask of the checkout was', () => {
    const tree = { 'install.d/10-web': script(), 'static/motd': 'hello\n' };
    const [loose, strict] = [writeTree(temporaryFolder(), tree), writeTree(temporaryFolder(), tree)];
    chmodSync(join(loose, 'install.d/10-web'), 0o775);
    chmodSync(join(loose, 'static/motd'), 0o664);
    chmodSync(join(strict, 'install.d/10-web'), 0o700);
    chmodSync(join(strict, 'static/motd'), 0o600);
    expect(read(loose).files).toEqual(read(strict).files);
    expect(read(loose).files.map((file) => file.mode)).toEqual([0o755, 0o644]);
  });

  it('takes the name of the folder behind a link', () => {
    const root = writeTree(temporaryFolder(), { 'real/agent/pkg-map': '{}', alias: { link: 'real/agent' } });
    expect(read(join(root, 'alias'))).toMatchObject({ name: 'agent', directory: join(root, 'real/agent') });
  });

  it('keeps links, and reads files for those that a copy could not follow', () => {
    const root = writeTree(temporaryFolder(), {
      'shared/map': 'shared text',
      'shared/hooks/10-x': script(),
      'e/pkg-map': { link: '../shared/map' },
      'e/static/inside': { link: '../local' },
      'e/static/image': { link: '/etc/hostname' },
      'e/static/up': { link: '../../../usr/lib/nowhere' },
      'e/local': 'local',
      'e/install.d': { link: '../shared/hooks' },
    });
    const files = read(join(root, 'e')).files.map((it) => [it.path, it.kind, it.content.toString()]);
    expect(files).toEqual([
      ['install.d/10-x', 'file', '#!/bin/bash\ntrue\n'],
      ['local', 'file', 'local'],
      ['pkg-map', 'file', 'shared text'],
      ['static/image', 'symlink', '/etc/hostname'],
      ['static/inside', 'symlink', '../local'],
      ['static/up', 'symlink', '../../../usr/lib/nowhere'],
    ]);
  });

  it('refuses what is neither file nor folder instead of waiting for it', () => {
    const root = writeTree(temporaryFolder(), { 'web/install.d/': '' });
    execFileSync('mkfifo', [join(root, 'web/install.d/10-pipe')]);
    expect(readElement(join(root, 'web'))).toEqual({
      ok: false,
      failures: [
        {
          code: 'element-unreadable',
          element: 'web',
          file: 'install.d/10-pipe',
          reason: 'neither a file, nor a folder, nor a symbolic link',
        },
      ],
    });
  });

  it('fails for a folder that is not there', () => {
    const result = readElement(join(temporaryFolder(), 'gone'));
    expect(!result.ok && result.failures).toMatchObject([{ code: 'element-unreadable', element: 'gone' }]);
  });
});

describe('element.yaml', () => {
  it('is read into declarations', () => {
    const root = writeTree(temporaryFolder(), {
      'element.yaml': [
        'description: Debian',
        'variables: [DIB_DEBIAN_KERNEL, DIB_APT_*]',
        'host-tools:',
        '  - {tool: mmdebstrap, package: mmdebstrap}',
        '  - tool: apt-get',
        'secrets: [DIB_LICENCE]',
        'host-files: [/etc/apt/sources.list, $DIB_APT_CONF]',
        'restorable: false',
        'caches:',
        '  - {path: /var/cache/apt/archives, name: apt-debian, kind: directory}',
        '  - {path: /var/cache/other, name: other}',
        '  - {image-cache: apt/debian, name: apt}',
        'lock: {host-files: [/etc/apt]}',
      ].join('\n'),
    });
    expect(read(root).declarations).toEqual({
      description: 'Debian',
      variables: ['DIB_DEBIAN_KERNEL', 'DIB_APT_*'],
      secrets: ['DIB_LICENCE'],
      hostTools: [{ tool: 'mmdebstrap', debianPackage: 'mmdebstrap' }, { tool: 'apt-get' }],
      hostFiles: ['/etc/apt/sources.list', '$DIB_APT_CONF'],
      restorable: false,
      caches: [
        { path: '/var/cache/apt/archives', place: 'target root', name: 'apt-debian', kind: 'directory' },
        { path: '/var/cache/other', place: 'target root', name: 'other', kind: 'files' },
        { path: 'apt/debian', place: 'image cache', name: 'apt', kind: 'files' },
      ],
      lockHostFiles: ['/etc/apt'],
    });
  });

  it('may hold nothing but comments', () => {
    const root = writeTree(temporaryFolder(), { 'element.yaml': '# nothing yet\n' });
    expect(read(root).declarations).toMatchObject({ variables: [], restorable: true });
  });

  it('reports every problem with its place', () => {
    const root = writeTree(temporaryFolder(), {
      'element.yaml': 'variable: [A]\nhost-files: [etc/x]\nrestorable: maybe\n',
    });
    const result = readElement(root);
    const file = join(root, 'element.yaml');
    expect(!result.ok && result.failures).toMatchObject([
      { reason: "unknown key 'variable'; did you mean 'variables'?", place: { file, line: 1, column: 1 } },
      {
        reason: expect.stringMatching(/^'host-files.0': expected an absolute path, or a \$/),
        place: { file, line: 2, column: 14 },
      },
      { reason: "'restorable': expected true or false, found 'maybe'", place: { file, line: 3, column: 13 } },
    ]);
  });
});
