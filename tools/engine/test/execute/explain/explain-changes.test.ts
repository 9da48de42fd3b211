import { describe, expect, test } from 'vitest';
import { type ExplainContext, explainChanges } from '../../../src/execute/explain/explain-changes.ts';

const context: ExplainContext = {
  elementOf: (path) => (path.startsWith('install.d/') || path === 'static/etc/motd' ? 'web' : undefined),
  steps: ['root', 'install', 'finalise'],
  lockedDates: new Map([['apt bookworm-security', '2026-11-18T10:00:00Z']]),
  now: Date.parse('2026-11-21T12:00:00Z'),
};

const digests = ['3f'.repeat(32), '4a'.repeat(32)] as const;

function explain(before: Record<string, string>, now: Record<string, string>): readonly string[] {
  return explainChanges({ version: 1, inputs: before }, { version: 1, inputs: now }, context).map(
    (it) => it.text,
  );
}

describe('in words', () => {
  test.each([
    [
      'hook install.d/75-haproxy',
      `755 ${digests[0]}`,
      `755 ${digests[1]}`,
      'install.d/75-haproxy of web changed',
    ],
    ['hook install.d/75-haproxy', undefined, `755 ${digests[0]}`, 'install.d/75-haproxy of web added'],
    ['hook finalise.d/1-x', `755 ${digests[0]}`, undefined, 'finalise.d/1-x removed'],
    ['static/etc/motd', `644 ${digests[0]}`, `755 ${digests[0]}`, 'static/etc/motd of web: mode 644 → 755'],
    ['source-repository-agent', `644 ${digests[0]}`, `644 ${digests[1]}`, 'source-repository-agent changed'],
    ['element dpkg/pkg-map', undefined, `644 ${digests[0]}`, 'file pkg-map of element dpkg added'],
    ['environment DIB_RELEASE', 'bookworm', 'trixie', 'DIB_RELEASE bookworm → trixie'],
    ['environment DIB_X', undefined, '', "DIB_X is now set: ''"],
    ['environment DIB_X', 'a', undefined, 'DIB_X is no longer set (was a)'],
    ['host mmdebstrap', digests[0], digests[1], "the host's mmdebstrap changed"],
    ['host mmdebstrap', 'absent', digests[1], 'the host has mmdebstrap now'],
    ['layer 1', digests[0], digests[1], 'the content of step install changed'],
    ['epoch', '1735689600', '1735776000', 'the latest time that files may carry: 2025-01-01 → 2025-01-02'],
    ['packages', 'vim', 'vim less', 'the packages of the definition changed'],
    ['size', '1000', '2000', 'size 1000 → 2000'],
    [
      'locked apt bookworm-security',
      `sha256:${digests[0]}`,
      `sha256:${digests[1]}`,
      'the package index bookworm-security moved: sha256:3f3f3f3f3f → sha256:4a4a4a4a4a, which is of 2026-11-18 (3 days ago)',
    ],
    ['locked git agent', undefined, digests[0], 'the git repository agent is locked now'],
  ])('%s: %s → %s', (name, before, now, text) => {
    const record = (value: string | undefined): Record<string, string> =>
      value === undefined ? {} : { [name]: value };
    expect(explain(record(before), record(now))).toEqual([text]);
  });

  test('a long value is cut', () => {
    const [text = ''] = explain({ 'environment LIST': 'a' }, { 'environment LIST': 'b '.repeat(100) });
    expect(text.length).toBeLessThan(80);
    expect(text.endsWith('…')).toBe(true);
  });
});

test('equal records differ in nothing', () => {
  expect(explain({ 'environment A': '1' }, { 'environment A': '1' })).toEqual([]);
});

test('what a user changed comes before the host, and both before the layers below, of which only the lowest is told', () => {
  const before = { 'layer 0': 'a', 'layer 1': 'a', 'host tar': 'a', 'hook install.d/1': '755 a' };
  const now = { 'layer 0': 'b', 'layer 1': 'b', 'host tar': 'b', 'hook install.d/1': '755 b' };
  expect(explain(before, now)).toEqual([
    'install.d/1 of web changed',
    "the host's tar changed",
    'the content of step root changed',
  ]);
});
