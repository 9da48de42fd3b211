import { expect, test } from 'vitest';
import { type OptionShape, scanOptions } from '../../../src/compat/options/scan-options.ts';

const shapes: readonly OptionShape[] = [
  { origin: 'upstream', short: 'a', value: 'ARCH' },
  { origin: 'upstream', short: 'x' },
  { origin: 'upstream', short: 'u' },
  { origin: 'upstream', short: 'h', long: 'help' },
  { origin: 'upstream', long: 'offline' },
  { origin: 'upstream', long: 'image-size', value: 'GIB' },
  { origin: 'upstream', long: 'image-cache', value: 'FOLDER' },
  { origin: 'upstream', long: 'docker-target', value: 'NAME' },
  { origin: 'kiln', long: 'dry-run' },
  { origin: 'kiln', long: 'explain' },
];

function scan(...argv: readonly string[]) {
  const result = scanOptions(argv, shapes);
  if (!result.ok) return { failures: result.failures };
  const { used, operands } = result.value;
  return { used: used.map(({ option, value }) => [option.long ?? option.short, value]), operands };
}

test('options and operands come in any order; everything after -- is an operand', () => {
  expect(scan('vm', '-x', 'debian', '--offline', '--', '-u', '--', 'base')).toEqual({
    used: [
      ['x', ''],
      ['offline', ''],
    ],
    operands: ['vm', 'debian', '-u', '--', 'base'],
  });
});

test('a lone hyphen and an empty word are operands', () => {
  expect(scan('-', '')).toEqual({ used: [], operands: ['-', ''] });
});

test('short options are bundled, the last may carry its value', () => {
  expect(scan('-xxu').used?.map(([name]) => name)).toEqual(['x', 'x', 'u']);
  expect(scan('-xaarm64', 'vm')).toEqual({
    used: [
      ['x', ''],
      ['a', 'arm64'],
    ],
    operands: ['vm'],
  });
  expect(scan('-xa', 'i386').used).toEqual([
    ['x', ''],
    ['a', 'i386'],
  ]);
});

test('a value may begin with a hyphen, be empty, and hold an equals sign', () => {
  expect(scan('-a', '-x').used).toEqual([['a', '-x']]);
  expect(scan('--image-cache=').used).toEqual([['image-cache', '']]);
  expect(scan('--image-cache=a=b', '--image-size', '2.5').used).toEqual([
    ['image-cache', 'a=b'],
    ['image-size', '2.5'],
  ]);
});

test('long options may be shortened to a unique beginning', () => {
  expect(scan('--off', '--image-s=3').used).toEqual([
    ['offline', ''],
    ['image-size', '3'],
  ]);
  expect(scan('--image', '3').failures).toEqual([
    { code: 'option-ambiguous', option: '--image', candidates: ['--image-size', '--image-cache'] },
  ]);
});

test('a beginning that was unique before there was Kiln stays so', () => {
  expect(scan('--d', 'web:1').used).toEqual([['docker-target', 'web:1']]);
  expect(scan('--dr').used).toEqual([['dry-run', '']]);
});

test('every problem is told, with the option that was meant', () => {
  expect(scan('--ofline', '-z', '--offline=1', '--image-size').failures).toEqual([
    { code: 'option-unknown', option: '--ofline', near: '--offline' },
    { code: 'option-unknown', option: '-z', near: undefined },
    { code: 'option-takes-no-value', option: '--offline', value: '1' },
    { code: 'option-needs-value', option: '--image-size', value: 'GIB' },
  ]);
  expect(scan('-xa').failures).toEqual([{ code: 'option-needs-value', option: '-a', value: 'ARCH' }]);
});

test('a long option with one hyphen is told as such', () => {
  expect(scan('-offline').failures).toEqual([
    { code: 'option-unknown', option: '-offline', near: '--offline' },
  ]);
});
