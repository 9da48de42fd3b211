import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { runScript } from './run-script.ts';
import { scenario } from './scenario.ts';

const checkout = join(import.meta.dirname, '../..');
const page = join(checkout, 'docs/how-to/write-an-element.md');

type Snippet =
  | { readonly kind: 'file'; readonly path: string; readonly text: string }
  | { readonly kind: 'run'; readonly text: string };

/** The fenced blocks of the page that say what becomes of them, in order: `file=<path>` is written, `run` is run. */
function snippetsOf(markdown: string): readonly Snippet[] {
  const blocks = markdown.matchAll(/^```\w+ (run|file=(\S+))\n(.*?)^```$/gms);
  return [...blocks].map(([, kind, path = '', text = '']) =>
    kind === 'run' ? { kind, text } : { kind: 'file', path, text },
  );
}

scenario('every snippet of "Write an element", one after the other, in an empty workspace', async (rig) => {
  const snippets = snippetsOf(await readFile(page, 'utf8'));
  expect(snippets.filter(({ kind }) => kind === 'file').length).toBeGreaterThan(8);
  await writeFile(join(rig.root, 'nx.json'), '{}\n');
  const outputs: string[] = [];
  for (const snippet of snippets) {
    if (snippet.kind === 'file') {
      const file = join(rig.root, snippet.path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, snippet.text);
      continue;
    }
    const run = await runScript('sh', ['-euc', snippet.text], {
      cwd: rig.root,
      environment: {
        PATH: `${join(checkout, 'tools/cli/bin')}:${process.env['PATH'] ?? ''}`,
        ELEMENTS_PATH: join(checkout, 'elements'),
        KILN_STORE: rig.store,
        NO_COLOR: '1',
        ...(process.env['CI'] === undefined ? {} : { CI: process.env['CI'] }),
      },
    });
    expect(run.exitCode, `${snippet.text}${run.stdout}${run.stderr}`).toBe(0);
    outputs.push(run.stdout);
  }
  const [mended = '', tested = '', cases = '', shown = ''] = outputs;
  expect(mended).toContain('50-motd: mended (executable)');
  expect((await stat(join(rig.root, 'elements/motd/post-install.d/50-motd'))).mode & 0o777).toBe(0o755);
  expect(tested).toMatch(/Tests\s+1 passed/);
  expect(cases).toMatch(/Tests\s+3 passed/);
  expect(shown, 'and nothing more of the linter').toMatch(/^motd: A greeting for whoever logs in\n/);
  expect(shown).toContain('packages fortune-mod');
});
