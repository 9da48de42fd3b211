import { expect, test } from 'vitest';
import { recordingRunner } from '../block-device/recording-runner.ts';
import { loadIntoDocker } from '../../src/formats/load-into-docker.ts';

test('an archive is loaded where an engine answers', async () => {
  const { run, commands } = recordingRunner();
  expect(await loadIntoDocker('/w/box.docker.tar', run)).toBe('loaded');
  expect(commands.at(-1)).toEqual(['docker', 'load', '--quiet', '--input=/w/box.docker.tar']);
});

test('and left alone where none does', async () => {
  const { run, commands } = recordingRunner({ failing: 'docker' });
  expect(await loadIntoDocker('/w/box.docker.tar', run)).toBe('no engine');
  expect(commands).toHaveLength(1);
});
