import { expect, test } from 'vitest';
import { readFileSync } from 'node:fs';
import { main as blockDevice } from '../../../src/compat/dib-block-device/main.ts';
import { main as lint } from '../../../src/compat/dib-lint/main.ts';
import { main as runParts } from '../../../src/compat/dib-run-parts/main.ts';
import { main as getKernel } from '../../../src/compat/disk-image-get-kernel/main.ts';
import { main as builder } from '../../../src/compat/diskimage-builder/main.ts';
import { main as elementInfo } from '../../../src/compat/element-info/main.ts';
import { capturedProcess } from '../captured-process.ts';

const commands = {
  'dib-block-device': blockDevice,
  'dib-lint': lint,
  'dib-run-parts': runParts,
  'disk-image-get-kernel': getKernel,
  'diskimage-builder': builder,
  'element-info': elementInfo,
};

test.each(Object.entries(commands))(
  '%s tells how it is used, and which version it is',
  async (name, main) => {
    const io = capturedProcess();
    expect(await main(['--help'], name, io)).toBe(0);
    expect(io.out()).toMatch(new RegExp(`^Usage: ${name} `));
    expect(io.out()).toContain('Exit codes:');
    const version = capturedProcess();
    expect(await main(['--version'], name, version)).toBe(0);
    expect(version.out()).toMatch(
      new RegExp(`^${name} of Kiln \\d+\\.\\d+\\.\\d+, compatible with diskimage-builder 3\\.\\d+`),
    );
    expect(io.err() + version.err()).toBe('');
  },
);

test.each(Object.entries(commands))('%s completes its options in three shells', async (name, main) => {
  for (const [shell, spelling] of [
    ['bash', '--version'],
    ['zsh', "'--version["],
    ['fish', '-l version'],
  ] as const) {
    const io = capturedProcess();
    expect(await main(['--completion', shell], name, io)).toBe(0);
    expect(io.out()).toContain(spelling);
    expect(io.out()).toContain(name);
  }
  const io = capturedProcess();
  expect(await main(['--completion', 'bsh'], name, io)).toBeGreaterThan(0);
  expect(io.err()).toContain("did you mean 'bash'?");
});

test('each command is a bin of the package', () => {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  const { bin } = JSON.parse(text) as { readonly bin: Readonly<Record<string, string>> };
  for (const name of Object.keys(commands)) expect(bin[name]).toBe(`./bin/${name}.js`);
});
