import { writeFile } from 'node:fs/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Runner } from '@kiln/engine/util/runner.ts';
import { extReader } from '../../src/disk/ext-reader.ts';
import { openTree } from '../../src/disk/open-tree.ts';
import { parseDebugfsListing, parseFastLink, splitDebugfsOutput } from '../../src/disk/parse-debugfs.ts';

const listings: Readonly<Record<string, string>> = {
  'ls -p <2>':
    '/2/040755/0/0/.//\n/2/040755/0/0/..//\n/11/040700/0/0/lost+found//\n/12/040755/0/0/etc//\n/16/120777/0/0/lib/7/\n/17/120777/0/0/far/100/\n',
  'ls -p <12>':
    '/12/040755/0/0/.//\n/2/040755/0/0/..//\n/13/100640/0/42/shadow/20/\n/18/100644/0/0/two\nlines/0/\n/19/060660/0/6/sda/0/\n\n',
  'stat <16>': 'Inode: 16   Type: symlink    Mode:  0777\nFast link dest: "usr/lib"\n',
  'stat <17>': 'Inode: 17   Type: symlink\nBLOCKS:\n',
};

const contents: Readonly<Record<string, string>> = { '13': 'root:*:19000::::::', '17': 'x'.repeat(100) };

/** A stand-in for debugfs that answers as version 1.47 does. */
function fakeDebugfs(calls: (readonly string[])[]): Runner {
  return async (command, options) => {
    const requests = String(options?.input ?? '')
      .trimEnd()
      .split('\n');
    calls.push(requests);
    expect(command).toEqual(['debugfs', '-f', '-', '/disk.raw?offset=1048576']);
    const parts: string[] = [];
    for (const request of requests) {
      const dump = /^dump <(\d+)> "(.*)"$/u.exec(request);
      if (dump !== null) await writeFile(dump[2] ?? '', contents[dump[1] ?? ''] ?? '');
      parts.push(`debugfs: ${request}\n${listings[request] ?? ''}`);
    }
    return {
      ok: true,
      exitCode: 0,
      status: 'exit status 0',
      stdout: parts.join(''),
      stderr: '',
      durationMs: 1,
    };
  };
}

async function openFake() {
  const scratchDirectory = await mkdtemp(join(tmpdir(), 'kiln-test-'));
  onTestFinished(() => rm(scratchDirectory, { recursive: true }));
  const calls: (readonly string[])[] = [];
  const reader = extReader(
    { rawFile: '/disk.raw', offsetBytes: 1 << 20, scratchDirectory },
    fakeDebugfs(calls),
  );
  return { tree: openTree(reader), calls };
}

describe('extReader', () => {
  it('reads owners, modes and kinds from listings', async () => {
    const { tree } = await openFake();
    expect(await tree.stat('/etc/shadow')).toMatchObject({
      kind: 'file',
      mode: 0o640,
      uid: 0,
      gid: 42,
      sizeBytes: 20,
    });
    expect((await tree.stat('/etc/sda'))?.kind).toBe('block-device');
    expect(await tree.list('/etc')).toEqual(['sda', 'shadow', 'two\nlines']);
  });

  it('reads files, and links of either kind', async () => {
    const { tree } = await openFake();
    expect(await tree.readText('/etc/shadow')).toBe('root:*:19000::::::');
    expect(await tree.readLink('/lib')).toBe('usr/lib');
    expect(await tree.readLink('/far')).toBe('x'.repeat(100));
  });

  it('asks together what is asked at once, and nothing twice', async () => {
    const { tree, calls } = await openFake();
    await tree.list('/');
    await Promise.all([
      tree.list('/etc'),
      tree.readLink('/lib'),
      tree.list('/etc'),
      tree.stat('/etc/shadow'),
    ]);
    expect(calls).toHaveLength(2);
    expect(calls[1]?.toSorted()).toEqual(['ls -p <12>', 'stat <16>']);
    await tree.list('/etc');
    expect(calls).toHaveLength(2);
  });

  it('hands a failure to all who wait', async () => {
    const reader = extReader({ rawFile: '/x', offsetBytes: 0, scratchDirectory: '/x' }, async () => {
      throw new Error('no debugfs');
    });
    await expect(Promise.all([reader.list('/'), reader.readFile('/a')])).rejects.toThrow('no debugfs');
  });
});

describe('the output of debugfs', () => {
  it('a link before a file that is dumped last ends where it ends, though the last line break is gone', () => {
    const requests = ['stat <1>', 'dump <2> "/scratch/1-2"'];
    const [first = ''] = splitDebugfsOutput(
      'debugfs: stat <1>\nType: symlink\nFast link dest: "usr/bin"\ndebugfs: dump <2> "/scratch/1-2"',
      requests,
    );
    expect(parseFastLink(first)).toBe('usr/bin');
  });

  it('is split where a request begins', () => {
    expect(splitDebugfsOutput('debugfs: a\n1\n2\ndebugfs: b\ndebugfs: c\n3\n', ['a', 'b', 'c'])).toEqual([
      '1\n2\n',
      '',
      '3\n',
    ]);
  });

  it('may lack an entry that was deleted', () => {
    expect(parseDebugfsListing('/0/000000/0/0/gone//\n').size).toBe(0);
    expect(parseFastLink('Inode: 3\n')).toBeUndefined();
  });
});
