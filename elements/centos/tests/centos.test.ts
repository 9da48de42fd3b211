import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('names the image of the release and architecture', async (element) => {
  const built = await element.run({
    base: { insteadOf: 'base-image' },
    observe: ['DISTRO_NAME', 'DIB_RELEASE', 'BASE_IMAGE_FILE', 'YUM'],
    environment: { DIB_RELEASE: '10-stream' },
    definition: 'architecture: amd64',
  });
  expect(built.variables).toEqual({
    DISTRO_NAME: 'centos',
    DIB_RELEASE: '10-stream',
    BASE_IMAGE_FILE: 'CentOS-Stream-GenericCloud-10-latest.x86_64.qcow2',
    YUM: 'dnf',
  });
});
