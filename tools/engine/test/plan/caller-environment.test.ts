import { expect, test } from 'vitest';
import { callerVariables } from '../../src/plan/caller-environment.ts';

test('a dump of the variables that decide an image, in byte order, and the arguments', () => {
  const variables = {
    PATH: '/bin',
    DIB_RELEASE: 'bookworm',
    DIB_CMDLINE: 'a "b" $c',
    DIB_OFFLINE: '1',
    DIB_IMAGE_CACHE: '/cache',
    DIB_CHECKSUM: 'md5',
    DIB_NO_TMPFS: '1',
    DIB_QUIET: '1',
    DIB_SHOW_IMAGE_USAGE: '1',
  };
  expect(callerVariables({ variables, arguments: ['-o', 'web', 'debian'], secrets: [] })).toEqual({
    DIB_ENV: 'declare -x DIB_CMDLINE="a \\"b\\" \\$c"\ndeclare -x DIB_RELEASE="bookworm"',
    DIB_ARGS: '-o web debian',
  });
});

test('a secret is masked wherever it stands', () => {
  const { DIB_ENV, DIB_ARGS } = callerVariables({
    variables: { DIB_DEV_PASSWORD: 'open sesame', DIB_URL: 'https://open sesame@host/' },
    arguments: ['-p', 'open sesame'],
    secrets: ['DIB_DEV_PASSWORD'],
  });
  expect(`${DIB_ENV}${DIB_ARGS}`).not.toContain('sesame');
});
