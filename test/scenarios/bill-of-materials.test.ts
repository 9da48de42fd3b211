import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Rig } from '@kiln/testkit/rig/open-rig.ts';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { expect } from 'vitest';
import { done, scenario } from './scenario.ts';

const status =
  'Package: libc6\\nStatus: install ok installed\\nArchitecture: amd64\\nVersion: 2.36-9\\nSource: glibc\\n\\n';

async function prepare(rig: Rig): Promise<void> {
  const metadata = 'Metadata-Version: 2.1\\nName: agent\\nVersion: 1.2\\n';
  await rig.element('web', {
    'root.d/50-database': [
      'cd "$TARGET_ROOT"',
      'mkdir -p var/lib/dpkg usr/lib opt/venv/agent-1.2.dist-info usr/lib/python3/dist-packages/debian-1.dist-info',
      `printf '${status}' >var/lib/dpkg/status`,
      'printf \'ID=debian\\nVERSION_ID="12"\\n\' >usr/lib/os-release',
      `printf '${metadata}' | tee opt/venv/agent-1.2.dist-info/METADATA >usr/lib/python3/dist-packages/debian-1.dist-info/METADATA`,
      '',
    ].join('\n'),
  });
  await rig.image('box', ['web'], 'formats: [tar]');
}

scenario('a bill of materials lies beside the manifest, the same each time', async (rig) => {
  await prepare(rig);
  done(await rig.build('box'));
  const file = join(rig.root, 'dist/box/box.cdx.json');
  const text = await readFile(file, 'utf8');
  expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text)).toBeNull();
  const { components } = JSON.parse(text) as { components: { name: string; purl?: string }[] };
  expect(components.map(({ name, purl }) => [name, purl])).toEqual([
    ['libc6', 'pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12&upstream=glibc'],
    ['agent', 'pkg:pypi/agent@1.2'],
    ['debian', undefined],
  ]);
  await rm(rig.store, { recursive: true });
  await rm(join(rig.root, 'dist'), { recursive: true });
  done(await rig.build('box'));
  expect(await readFile(file, 'utf8')).toBe(text);
});
