import { describe, expect, it } from 'vitest';
import { nearName } from '../../src/diagnostics/near-name.ts';

describe('nearName', () => {
  it.each([
    ['debain', ['debian', 'fedora'], 'debian'],
    ['debian-minimall', ['debian', 'debian-minimal'], 'debian-minimal'],
    ['elemnts', ['environment', 'elements'], 'elements'],
    ['VM', ['vm', 'base'], 'vm'],
    ['haproxy', ['haproxy-octavia', 'keepalived-octavia'], 'haproxy-octavia'],
    ['octavia-agent', ['vm', 'octavia'], 'octavia'],
  ])('%s means one of %j', (name, candidates, near) => {
    expect(nearName(name, candidates)).toBe(near);
  });

  it('gives nothing where nothing is near, and never the name itself', () => {
    expect(nearName('gentoo', ['debian', 'fedora'])).toBeUndefined();
    expect(nearName('ab', ['xy'])).toBeUndefined();
    expect(nearName('debian', ['debian'])).toBeUndefined();
    expect(nearName('web', [])).toBeUndefined();
  });

  it('takes the first in byte order of equally near names', () => {
    expect(nearName('web-c', ['web-b', 'web-a'])).toBe('web-a');
  });
});
