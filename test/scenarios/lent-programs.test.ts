import { readFromTar, type Rig, type RigOptions } from '@kiln/testkit/rig/open-rig.ts';
import { expect } from 'vitest';
import { done, scenario } from './scenario.ts';

async function seenBy(rig: Rig, options: RigOptions = {}): Promise<readonly string[]> {
  const { artifacts } = done(await rig.build('box', options));
  return ((await readFromTar(artifacts[0]?.file ?? '', 'seen')) ?? '').trim().split('\n');
}

scenario('a program that is lent to an element by its name stands before that of the host', async (rig) => {
  await rig.element('debootstrap', {
    'root.d/60-look': '{ type -P debootstrap; debootstrap --version; } >"$TARGET_ROOT/seen"\n',
  });
  await rig.image('box', ['debootstrap'], 'formats: [tar]\nsize: 2GiB');
  const [program, version] = await seenBy(rig);
  expect(program).toBe('/run/kiln/hooks/kiln-programs/debootstrap');
  // What it does not know itself, the host's answers.
  expect(version).toMatch(/^debootstrap \d/);

  await rig.element('debootstrap', { 'element.yaml': 'description: one that says itself what it needs\n' });
  const [own] = await seenBy(rig);
  expect(own).toMatch(/^\/usr\/s?bin\/debootstrap$/);
});
