import { describe, expect, it } from 'vitest';
import { factsOfPackages, readTreeFacts } from '../../src/boot-checks/image-facts.ts';
import { kernelVersion, treeWith } from '../verify/healthy-tree.ts';

describe('image facts', () => {
  it('are read from the files', async () => {
    expect(await readTreeFacts(treeWith({ '/usr/bin/cloud-init': 'x' }))).toEqual({
      hasCloudInit: true,
      kernelVersion,
      packages: { haproxy: '1.0-1', keepalived: '1.0-1', 'cloud-init': '1.0-1' },
    });
    expect(await readTreeFacts(treeWith({ '/var/lib/dpkg/status': undefined }))).toMatchObject({
      hasCloudInit: false,
      packages: {},
    });
  });

  it('are read from the packages of a manifest', () => {
    const packages = {
      'linux-image-cloud-amd64': '6.1.1',
      'linux-image-6.1.0-9-cloud-amd64': '6.1.1-1',
      haproxy: '2',
    };
    expect(factsOfPackages(packages)).toEqual({
      hasCloudInit: false,
      kernelVersion: '6.1.0-9-cloud-amd64',
      packages,
    });
    expect(factsOfPackages({ 'cloud-init': '25.1' })).toMatchObject({
      hasCloudInit: true,
      kernelVersion: undefined,
    });
  });
});
