import { expect, test } from 'vitest';
import { recordingRunner } from '../block-device/recording-runner.ts';
import { archiveTree } from '../../src/formats/archive-tree.ts';

test('archives see the tree without what is mounted on it, and take times from the epoch', async () => {
  const { run, commands, environmentOf } = recordingRunner();
  await archiveTree({ format: 'tgz', treeDirectory: '/tree', targetFile: '/w/a.tgz', epochSeconds: 7, run });
  const command = commands.find(([file]) => file === 'unshare') ?? [];
  expect(command).toContain('/tree');
  expect(command.slice(-6, -2)).toEqual(['/w/a.tgz.part', '7', 'zstd', '']);
  expect(environmentOf('/tree')).toMatchObject({ SOURCE_DATE_EPOCH: '7', TZ: 'UTC' });
  expect(commands.at(-1)).toEqual(['rmdir', '/w/a.tgz.scratch']);
});
