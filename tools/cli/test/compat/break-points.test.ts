import { expect, test } from 'vitest';
import {
  parseBreakNames,
  readBreakSettings,
  terminalBreakPoints,
  unknownBreakNames,
} from '../../src/compat/break-points.ts';

test('names stand with commas between them, each once', () => {
  expect(parseBreakNames('after-error, before-install,after-error,')).toEqual([
    'after-error',
    'before-install',
  ]);
  expect(unknownBreakNames(['after-error', 'before-finalise', 'before-block-device-size'])).toEqual([
    'before-block-device-size',
  ]);
});

test('the variables are those of diskimage-builder; without `break` there is nothing', () => {
  expect(readBreakSettings({ break_cmd: 'ls' })).toBeUndefined();
  expect(readBreakSettings({ break: '' })).toBeUndefined();
  expect(readBreakSettings({ break: 'after-error' })).toEqual({
    names: ['after-error'],
    command: undefined,
    outsideTarget: false,
  });
  expect(readBreakSettings({ break: 'after-error', break_cmd: 'ls', break_outside_target: '1' })).toEqual({
    names: ['after-error'],
    command: 'ls',
    outsideTarget: true,
  });
});

test('around a shell the lines of diskimage-builder are printed', async () => {
  const said: string[] = [];
  const settings = { names: ['after-root'], command: 'exit 3', outsideTarget: true };
  const points = terminalBreakPoints(settings, { say: (line) => said.push(line), type: 'dumb' });
  expect(points.afterError).toBe('host');
  await points.open({ name: 'after-root', side: 'host', entry: ['env', '-i'] });
  expect(said).toEqual(['Starting debug shell. Exit to resume building.', 'At stage after-root', 'Resuming']);
});
