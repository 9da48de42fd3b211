import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest(
  'keeps the settings of the build in the image and beside it, without secrets',
  async (element) => {
    const built = await element.run({
      environment: {
        DIB_RELEASE: 'trixie',
        DIB_WEB_PASSWORD: 'hunter22',
        DIB_WEB_URL: 'http://me:secret@x.example/',
      },
    });
    const environment = (await built.tree.read('/etc/dib-manifests/dib_environment')) ?? '';
    expect(environment).toMatch(/DIB_RELEASE=.*trixie/);
    expect(environment).not.toMatch(/hunter22|me:secret/);
    expect(await built.tree.mode('/etc/dib-manifests/dib_environment')).toBe('0600');
    expect(await built.handedOut('manifests.d/dib-manifests/dib_environment')).toBe(environment);
  },
);

elementTest(
  'hooks after the first may leave manifests of their own, in the image and beside it',
  async (element) => {
    const built = await element.run({
      with: ['tells'],
      elements: {
        tells: { 'extra-data.d/30-tells': 'echo told >"$TMP_MOUNT_PATH$DIB_MANIFEST_IMAGE_DIR/tells"\n' },
      },
    });
    expect(await built.tree.read('/etc/dib-manifests/tells')).toBe('told\n');
    expect(await built.handedOut('manifests.d/dib-manifests/tells')).toBe('told\n');
  },
);
