import { describe, expect, it } from 'vitest';
import { draftBuild } from '@kiln/engine/execute/draft-build.ts';
import { chainHooks } from '@kiln/engine/execute/steps/hook-chain.ts';
import type { ImageDefinition } from '@kiln/engine/image-definition/image-definition.ts';
import { emptyRecord } from '@kiln/engine/layers/layer-record.ts';
import { loadImage } from '../../tools/cli/src/app/load-image.ts';
import { imageNames, openWorkspace } from '../../tools/cli/src/app/workspace.ts';

const root = new URL('../..', import.meta.url).pathname;
const workspace = openWorkspace(root, {});

/** The key of each step of an image, as if nothing lay below it. */
function keysOf(
  image: string,
  configuration?: string,
  user: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const loaded = loadImage(workspace, image, configuration);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failures));
  const { steps } = draftBuild(loaded.value, user);
  return Object.fromEntries(steps.map((step) => [step.name, chainHooks(step, emptyRecord).key]));
}

function definitionOf(image: string, configuration?: string): ImageDefinition {
  const loaded = loadImage(workspace, image, configuration);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failures));
  return loaded.value.definition;
}

function configurationsOf(image: string): readonly string[] {
  const loaded = loadImage(workspace, image, undefined);
  return loaded.ok ? Object.keys(loaded.value.definition.configurations) : [];
}

const amphorae = imageNames(workspace).filter((name) => name.startsWith('amphora-'));

const redHat = amphorae.filter((name) => /-(?:centos|rocky|rhel)/.test(name));

describe.each(redHat)('%s', (image) => {
  it('enforces SELinux where it is told, and reports without', () => {
    const { elements } = definitionOf(image);
    expect(elements).toContain('selinux-permissive');
    const enforcing = definitionOf(image, 'selinux').elements;
    expect(enforcing).toContain('amphora-selinux');
    expect(enforcing).not.toContain('selinux-permissive');
    expect(keysOf(image, 'selinux')['root']).toBe(keysOf(image)['root']);
  });

  it('has FIPS mode, which shares the operating system', () => {
    expect(definitionOf(image, 'fips').elements).toContain('amphora-fips');
    const [usual, fips] = [keysOf(image), keysOf(image, 'fips')];
    expect(fips['root']).toBe(usual['root']);
    expect(fips['post-install']).not.toBe(usual['post-install']);
  });
});

describe.each(amphorae)('%s', (image) => {
  it('has the variants of Octavia’s options, and each resolves and is planned', () => {
    const names = configurationsOf(image);
    expect(names).toEqual(expect.arrayContaining(['no-sshd', 'cpu-pinning', 'root-password']));
    for (const name of names) expect(Object.keys(keysOf(image, name))).toContain('finalise');
  });

  it('with a root password, is as without one up to post-root', () => {
    const usual = keysOf(image);
    for (const user of [{ DIB_PASSWORD: 'opensesame' }, { DIB_PASSWORD_FILE: '/root/word' }]) {
      const variant = keysOf(image, 'root-password', user);
      for (const step of ['root', 'pre-install', 'install', 'post-install'])
        expect(variant[step]).toBe(usual[step]);
      expect(variant['post-root']).not.toBe(usual['post-root']);
    }
  });

  // Extra-data hooks may rewrite any hook, so that step always runs again; it takes no time.
  it.each(['no-sshd', 'cpu-pinning'])('with %s, shares the steps that take long', (configuration) => {
    const [usual, variant] = [keysOf(image), keysOf(image, configuration)];
    for (const step of ['root', 'pre-install', 'install']) expect(variant[step]).toBe(usual[step]);
    expect(variant['post-install']).not.toBe(usual['post-install']);
  });
});
