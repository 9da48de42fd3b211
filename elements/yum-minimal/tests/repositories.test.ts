import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { lockedRepositories } from './locked-repositories.ts';

const fedora = resolve(import.meta.dirname, '../../fedora-minimal');

test('each repository that is given is locked by its index', () => {
  const DIB_YUM_REPOS = 'own|http://own.example/42/ more|file:///srv/more';
  expect(lockedRepositories(fedora, { DIB_YUM_REPOS }).locations).toEqual({
    'rpm-own': 'http://own.example/42/repodata/repomd.xml',
    'rpm-more': 'file:///srv/more/repodata/repomd.xml',
  });
});

test('says what to set, and refuses a password and what is no repository', () => {
  const told = (variables: Readonly<Record<string, string>>) => {
    const { locations, stderr } = lockedRepositories(fedora, variables);
    expect(locations).toEqual({});
    return stderr;
  };
  expect(told({})).toContain('Set DIB_DISTRIBUTION_MIRROR');
  expect(told({ DIB_YUM_REPOS: 'own|https://user:secret@own.example' })).toContain('holds a password');
  expect(told({ DIB_YUM_REPOS: 'http://own.example' })).toContain('is no repository');
});
