import { expect, test } from 'vitest';
import {
  fullReference,
  parseContainerReference,
  referenceFromName,
} from '../../src/formats/container-reference.ts';

test.each([
  ['box', 'box', 'latest', 'docker.io/library/box:latest'],
  ['team/box:1.2-rc_3', 'team/box', '1.2-rc_3', 'docker.io/team/box:1.2-rc_3'],
  ['localhost/box:1', 'localhost/box', '1', 'localhost/box:1'],
  ['localhost:5000/box', 'localhost:5000/box', 'latest', 'localhost:5000/box:latest'],
  ['registry.example/a/b:c', 'registry.example/a/b', 'c', 'registry.example/a/b:c'],
])('%s', (text, repository, tag, full) => {
  const reference = parseContainerReference(text);
  expect(reference).toEqual({ repository, tag });
  expect(fullReference({ repository, tag })).toBe(full);
});

test.each(['', 'Box', 'box:', 'box:a b', 'a//b', '-box', 'box@sha256:00'])('%j is no reference', (text) => {
  expect(parseContainerReference(text)).toBeUndefined();
});

test.each([
  ['amphora-haproxy', 'amphora-haproxy'],
  ['Web_Server 2', 'web-server-2'],
  ['…', 'image'],
])('the image %s gets the name %s', (name, repository) => {
  expect(referenceFromName(name)).toEqual({ repository, tag: 'latest' });
});
