import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyFolder } from '@kiln/testkit/rig/copy-folder.ts';
import { digestOf } from '@kiln/engine/fingerprint/digest.ts';
import { readLock } from '@kiln/engine/lock/read-lock.ts';
import { noLeaks } from '@kiln/testkit/rig/find-leaks.ts';
import { makeBaseImage, type BaseImageLayout } from '@kiln/testkit/rig/make-base-image.ts';
import { openRig, readFromTar, type Rig } from '@kiln/testkit/rig/open-rig.ts';
import { expect } from 'vitest';
import { building, testOn, tools } from '../host-needs.ts';
import { done } from './scenario.ts';

const elements = join(import.meta.dirname, '../../elements');
const closure =
  'base-image install-bin manifests package-installs pkg-map redhat-common rhel-common rpm-distro sysprep yum';

const release = { '/usr/lib/os-release': 'ID="centos"\nVERSION_ID="9"\n' };

/** Records what came in by standard input beside its arguments. */
const subscriptionManager =
  '#!/bin/bash\necho "subscription-manager $*" >>/var/lib/fixture/calls\n' +
  '[ "$1" != register ] || { read -r line; echo "${#line} characters" >>/var/lib/fixture/calls; echo "password is $line"; }\n';

interface ImageCase {
  readonly element: string;
  readonly layout: BaseImageLayout;
  readonly files?: Readonly<Record<string, string>>;
}

function withImage(
  { element, layout, files = {} }: ImageCase,
  name: string,
  body: (rig: Rig) => Promise<void>,
): void {
  const needs = tools('sfdisk', 'blkid', 'mkfs.vfat', 'mcopy', 'mmd');
  testOn([...building, needs], name, async () => {
    const rig = await openRig();
    try {
      for (const used of [...closure.split(' '), element])
        await copyFolder(join(elements, used), join(rig.root, 'elements', used));
      await makeBaseImage(join(rig.root, 'base.qcow2'), layout, { ...release, ...files });
      const programs = { 'root.d/15-program.sh': subscriptionManager };
      await rig.element('program', {
        ...programs,
        'root.d/15-program':
          'install -m 0755 "$(dirname "$0")/15-program.sh" "$TARGET_ROOT/usr/local/bin/subscription-manager"\n',
      });
      const definition = `elements: [${element}, program]\nskip-base: true\nformats: [tar]\n`;
      await rig.write('images/box/image.yaml', definition);
      await body(rig);
      expect(await rig.leaks()).toEqual(noLeaks);
    } finally {
      await rig.close();
    }
  });
}

withImage(
  { element: 'centos', layout: 'partitions' },
  'a tree is made of the partitions of a disk image, which the lock pins',
  async (rig) => {
    const environment = { DIB_LOCAL_IMAGE: join(rig.root, 'base.qcow2') };
    const build = done(await rig.build('box', { environment }));
    const archive = build.artifacts[0]?.file ?? '';
    expect(await readFromTar(archive, 'usr/lib/os-release')).toContain('ID="centos"');
    expect(await readFromTar(archive, 'boot/vmlinuz-1')).toBe('kernel');
    expect(await readFromTar(archive, 'boot/efi/EFI/loader.efi')).toBe('loader');
    expect(await readFromTar(archive, 'etc/fstab'), 'its disk is gone').not.toMatch(/BOOT|UUID|efi/);
    expect(await readFromTar(archive, 'etc/machine-id')).toBe('');
    const lock = await readLock(`${rig.root}/images/box/image.lock.json`);
    const digest = digestOf(await readFile(join(rig.root, 'base.qcow2')));
    expect(lock?.entries).toMatchObject([{ kind: 'file', name: 'base-image', digest }]);

    await rig.write('base.qcow2', 'another');
    const again = done(await rig.build('box', { environment }));
    expect(again.artifacts[0]?.digest, 'the lock says which image it is').toBe(build.artifacts[0]?.digest);
  },
);

withImage(
  { element: 'rhel', layout: 'filesystem' },
  'rhel is registered for the build and not after it, and no secret is told',
  async (rig) => {
    const environment = {
      DIB_LOCAL_IMAGE: join(rig.root, 'base.qcow2'),
      REG_METHOD: 'portal',
      REG_USER: 'builder',
      REG_PASSWORD: 'a-secret-of-16-c',
      REG_REPOS: 'baseos, appstream',
      DIB_DEBUG_TRACE: '1',
    };
    const build = done(await rig.build('box', { environment }));
    const calls = (await readFromTar(build.artifacts[0]?.file ?? '', 'var/lib/fixture/calls'))?.split('\n');
    expect(calls?.filter((line) => /^subscription-manager|characters/.test(line))).toEqual([
      'subscription-manager register --username builder',
      '16 characters',
      'subscription-manager repos --enable=baseos',
      'subscription-manager repos --enable=appstream',
      'subscription-manager unregister',
      'subscription-manager clean',
    ]);
    expect(JSON.stringify(build.events)).not.toContain(environment.REG_PASSWORD);
    const { failures } = await rig.build('box', {
      environment: { ...environment, REG_PASSWORD: '' },
    });
    expect(failures).toMatchObject([{ code: 'hook-failed', hook: '00-register' }]);
  },
);

withImage(
  { element: 'fedora', layout: 'filesystem' },
  'without an image there is a word of what to set',
  async (rig) => {
    expect((await rig.build('box')).failures).toMatchObject([
      { code: 'lock-script-failed', lastLines: [expect.stringContaining('DIB_LOCAL_IMAGE')] },
    ]);
  },
);
