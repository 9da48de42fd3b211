import { expect, test } from 'vitest';
import type { ImageDifference } from '../../src/diff/compare-images.ts';
import { coloursThatAre } from '../../src/report/colours.ts';
import { differenceText } from '../../src/report/difference-text.ts';

const file = { kind: 'file' as const, mode: '0644', owner: '0:0', sizeBytes: 12, target: '' };
const none: ImageDifference = {
  packages: [],
  elements: [],
  sources: [],
  artifacts: [],
  layers: [],
  files: [],
};
const text = (difference: Partial<ImageDifference>, most = 40): string =>
  differenceText({ ...none, ...difference }, { colours: coloursThatAre.off, most });

test('packages, files and elements, with their signs', () => {
  const difference = text({
    elements: [{ name: 'web', before: null, after: 'web' }],
    packages: [
      { name: 'haproxy', before: null, after: '2.6.12-1' },
      { name: 'openssl', before: '3.0.15-1', after: '3.0.16-1' },
    ],
    files: [
      {
        path: '/etc/motd',
        before: file,
        after: { ...file, sizeBytes: 14, mode: '0600' },
        content: 'differs',
      },
      { path: '/etc/same', before: file, after: file, content: 'differs' },
      { path: '/bin/x', before: file, after: null, content: 'differs' },
      {
        path: '/l',
        before: null,
        after: { ...file, kind: 'symlink', target: 'a', sizeBytes: 0 },
        content: 'differs',
      },
    ],
  });
  expect(difference.split('\n')).toEqual([
    'elements: 1 added',
    '  + web',
    'packages: 1 added, 1 changed',
    '  + haproxy 2.6.12-1',
    '  ~ openssl 3.0.15-1 → 3.0.16-1',
    'files: 1 added, 1 removed, 2 changed',
    '  ~ /etc/motd  12 B → 14 B, mode 0644 → 0600',
    '  ~ /etc/same  12 B, other bytes',
    '  - /bin/x  12 B, 0644 0:0',
    '  + /l  → a',
    '',
  ]);
});

test('no difference is said, and what was not compared', () => {
  expect(text({})).toBe('no difference\n');
  expect(text({ files: null })).toMatch(/^files: not compared/);
});

test('where artifacts differ and no file does, the steps are named whose layers differ', () => {
  const artifacts = [{ name: 'qcow2', before: '1 aa', after: '1 bb' }];
  const layers = [{ name: 'install', before: 'a1'.repeat(32), after: 'b2'.repeat(32) }];
  expect(text({ artifacts, layers })).toMatch(
    /^layers below equal files: 1 changed\n {2}~ install a1a1a1a1a1a1 → b2b2b2b2b2b2\nartifacts: /,
  );
  const files = [{ path: '/l', before: null, after: file, content: 'differs' }] as const;
  expect(text({ artifacts, layers, files })).not.toContain('layers');
});

test('long lists are cut, long digests too', () => {
  const packages = Array.from({ length: 9 }, (_, index) => ({ name: `p${index}`, before: null, after: '1' }));
  expect(text({ packages }, 3)).toContain('  … and 6 more; --all shows them\n');
  const sources = [{ name: 'git agent', before: 'a1'.repeat(20), after: 'b2'.repeat(20) }];
  expect(text({ sources })).toContain('git agent a1a1a1a1a1a1 → b2b2b2b2b2b2\n');
});
