import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { main } from '../../../src/compat/element-info/main.ts';
import { capturedProcess } from '../captured-process.ts';
import { writtenTree } from '../written-tree.ts';

const elements = {
  'os/element-provides': 'operating-system\n',
  'os/element-deps': 'zlib\nabc\n',
  'zlib/README': '',
  'abc/element-deps': 'disk\n',
  'disk-mbr/element-provides': 'disk\n',
};

async function run(argv: readonly string[], files: Readonly<Record<string, string>> = elements) {
  const root = writtenTree(files);
  const io = capturedProcess({ environment: { ELEMENTS_PATH: root } });
  return {
    exitCode: await main(argv, 'element-info', io),
    out: io.out().replaceAll(root, 'ROOT'),
    err: io.err(),
    text: io.out(),
  };
}

describe('element-info', () => {
  test('prints names in byte order, and leaves out what is provided', async () => {
    const { exitCode, out } = await run(['os', 'disk-mbr']);
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: 'abc disk-mbr os zlib\n' });
  });

  test('takes the option of older versions', async () => {
    expect((await run(['--expand-dependencies', 'disk-mbr', 'os'])).out).toBe('abc disk-mbr os zlib\n');
  });

  test('--env is what bash can evaluate', async () => {
    const { text, out } = await run(['-e', 'os', 'disk-mbr']);
    expect(out).toContain("export IMAGE_ELEMENT='abc disk-mbr os zlib'\n");
    const script = `${text}\neval declare -A a=($(get_image_element_array)); echo "\${#a[@]} \${a[os]##*/} $IMAGE_ELEMENT_YAML"`;
    const said = execFileSync('bash', ['-c', script], { encoding: 'utf8' });
    expect(said).toMatch(/^4 os abc: \/.*\/abc\ndisk-mbr: /);
  });

  test('--json tells what each element says of others', async () => {
    const { elements: found } = JSON.parse((await run(['--json', 'os', 'disk-mbr'])).out) as {
      elements: unknown[];
    };
    expect(found[1]).toEqual({
      name: 'disk-mbr',
      path: 'ROOT/disk-mbr',
      dependencies: [],
      provides: ['disk'],
    });
  });

  test('tells all that is wrong, and who could provide a missing name', async () => {
    const { exitCode, err } = await run(['os', 'zlb']);
    expect(exitCode).toBe(1);
    expect(err).toContain("element 'disk' not found; 'abc' depends on it");
    expect(err).toContain('add one that provides it: disk-mbr');
    expect(err).toContain("did you mean 'zlib'?");
  });

  test('a closure without an operating system, or with a name provided twice, is refused', async () => {
    expect(await run(['zlib'])).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('operating-system'),
    });
    const twice = { ...elements, 'disk-gpt/element-provides': 'disk\n' };
    const { exitCode, err } = await run(['os', 'disk-mbr', 'disk-gpt'], twice);
    expect(exitCode).toBe(1);
    expect(err).toContain("'disk' is provided by more than one element: disk-gpt, disk-mbr");
  });

  test('wrong use is 2', async () => {
    expect(await run([])).toMatchObject({ exitCode: 2, err: expect.stringContaining('usage: element-info') });
    expect(await run(['--jsn', 'os'])).toMatchObject({
      exitCode: 2,
      err: expect.stringContaining("'--json'"),
    });
  });
});
