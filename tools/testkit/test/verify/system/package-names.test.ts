import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type PackageMap, packagesOn } from '../../../src/verify/system/package-names.ts';

const map: PackageMap = {
  release: { rocky: { '10': { client: '' } } },
  distro: { ubuntu: { agent: 'amphora-agent' } },
  family: { redhat: { client: 'dhcp-client', compiler: 'gcc make' } },
  default: { agent: 'octavia-agent' },
};

describe('names of packages', () => {
  it.each([
    ['debian', '12', ['octavia-agent', 'client', 'compiler', 'other']],
    ['ubuntu', 'noble', ['amphora-agent', 'client', 'compiler', 'other']],
    ['rocky', '9', ['octavia-agent', 'dhcp-client', 'gcc', 'make', 'other']],
    ['rocky', '10', ['octavia-agent', 'gcc', 'make', 'other']],
  ])('%s %s: the nearest section of the map wins', (distribution, release, wanted) => {
    expect(packagesOn(map, ['agent', 'client', 'compiler', 'other'], { distribution, release })).toEqual(
      wanted,
    );
  });

  it('an amphora of release 10 has no dhclient, which the distributions have dropped', () => {
    const file = join(import.meta.dirname, '../../../../../elements/amphora-agent/pkg-map');
    const agent = JSON.parse(readFileSync(file, 'utf8')) as PackageMap;
    const on = (distribution: string, release: string): readonly string[] =>
      packagesOn(agent, ['isc-dhcp-client', 'cron'], { distribution, release });
    expect(on('centos', '9-stream')).toEqual(['dhcp-client', 'cronie']);
    expect(on('centos', '10-stream')).toEqual(['cronie']);
    expect(on('rocky', '10')).toEqual(['cronie']);
  });
});
