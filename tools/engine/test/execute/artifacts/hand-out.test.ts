import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { handOut, type HookOutputs } from '../../../src/execute/artifacts/hand-out.ts';
import type { BuildEvent } from '../../../src/events/build-event.ts';
import { ContentStore } from '../../../src/store/content-store.ts';
import { prepareStorePaths } from '../../../src/store/store-paths.ts';
import { runCommand } from '../../../src/util/run-command.ts';

type Files = Readonly<Record<string, string>>;

/** A store, a folder for outputs, and a way to pack what a step would have written. */
async function withBench(
  body: (bench: {
    readonly step: (name: string, files: Files) => Promise<HookOutputs>;
    readonly handedOut: (outputs: readonly HookOutputs[]) => Promise<readonly string[] | 'bytes missing'>;
    readonly output: (path: string) => string;
    readonly forget: (output: HookOutputs) => Promise<void>;
  }) => Promise<void>,
): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'kiln-hand-out-'));
  try {
    const store = new ContentStore(await prepareStorePaths(join(root, 'store')));
    const directory = join(root, 'out');
    await body({
      output: (path) => join(directory, path),
      forget: async ({ digest }) => rm((await store.locate(digest)) ?? ''),
      step: async (name, files) => {
        const tree = await mkdtemp(join(root, 'tree-'));
        for (const [path, content] of Object.entries(files)) {
          await mkdir(dirname(join(tree, path)), { recursive: true });
          if (content.startsWith('->')) await symlink(content.slice(2), join(tree, path));
          else await writeFile(join(tree, path), content);
        }
        const packed = await runCommand({ file: 'mkfs.erofs', args: [`${tree}.erofs`, tree] });
        expect(packed.ok).toBe(true);
        const { digest } = await store.commitFile(`blob ${tree}`, `${tree}.erofs`, null);
        return { step: name, digest };
      },
      handedOut: async (outputs) => {
        const events: BuildEvent[] = [];
        const place = { directory, records: join(root, 'records') };
        const ended = await handOut({ store, report: (event) => events.push(event) }, outputs, place);
        const written = events.map((event) => ('message' in event ? event.message : ''));
        return ended === 'done' ? written.map((text) => text.replace(/^.*\/out\//, '')) : ended;
      },
    });
  } finally {
    await rm(root, { recursive: true });
  }
}

test('files, folders and links come out once; what is there with the same bytes is left alone', async () => {
  await withBench(async ({ step, handedOut, output }) => {
    const made = await step('finalise', {
      'web.kernel': 'kernel',
      'web.d/list': 'list',
      latest: '->web.kernel',
    });
    expect(await handedOut([made])).toEqual(['latest', 'web.d/list', 'web.kernel']);
    expect(await readFile(output('latest'), 'utf8')).toBe('kernel');
    expect(await handedOut([made])).toEqual([]);
    await writeFile(output('web.kernel'), 'changed');
    expect(await handedOut([made])).toEqual(['web.kernel']);
    await rm(output('web.d'), { recursive: true });
    expect(await handedOut([made])).toEqual(['web.d/list']);
    const other = await step('finalise', { 'web.kernel': 'new kernel' });
    expect(await handedOut([other])).toEqual(['web.kernel']);
  });
});

test('of one name, a later step wins, and nothing is written over and over', async () => {
  await withBench(async ({ step, handedOut, output }) => {
    const outputs = [
      await step('root', { list: 'early', only: 'early' }),
      await step('finalise', { list: 'late' }),
    ];
    expect(await handedOut(outputs)).toEqual(['list', 'only']);
    expect(await readFile(output('list'), 'utf8')).toBe('late');
    expect(await handedOut(outputs)).toEqual([]);
  });
});

test('bytes that the store lost are asked for only where they are needed', async () => {
  await withBench(async ({ step, handedOut, output, forget }) => {
    const made = await step('finalise', { kernel: 'kernel' });
    await handedOut([made]);
    await forget(made);
    expect(await handedOut([made])).toEqual([]);
    await rm(output('kernel'));
    expect(await handedOut([made])).toBe('bytes missing');
  });
});
