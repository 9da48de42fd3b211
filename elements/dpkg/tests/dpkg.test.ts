import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const look =
  'cat /usr/sbin/policy-rc.d >/during; start-stop-daemon --start || : ; install-packages web; install-packages -e web absent\n';

elementTest(
  'installs by apt, starts no service meanwhile, and leaves no setting of the build',
  async (element) => {
    const built = await element.run({
      elements: { web: { 'install.d/50-install': look } },
      with: ['web'],
    });
    expect(await built.tree.read('/during')).toContain('exit 101');
    expect(await built.tree.exists('/usr/sbin/policy-rc.d')).toBe(false);
    expect(await built.tree.read('/usr/sbin/start-stop-daemon')).toBe('#!/bin/sh\n');
    expect(await built.tree.exists('/etc/apt/apt.conf.d/99image-build')).toBe(false);
    expect(await built.tree.read('/etc/apt/apt.conf.d/95disable-recommends')).toContain(
      'Install-Recommends "false"',
    );
    const calls = (await built.calls('apt-get')).filter((line) => /(install|remove) web$/.test(line));
    expect(calls.map((line) => line.split(' ').at(-2))).toEqual(['install', 'remove']);
  },
);

/** What apt would have run once dpkg has ended. */
const afterDpkg = `mkdir -p /var/log /var/cache/ldconfig
touch /var/log/{dpkg,alternatives,fontconfig,kept}.log /var/cache/ldconfig/aux-cache
eval "$(sed -n 's/^DPkg::Post-Invoke { "\\(.*\\)"; };$/\\1/p' /etc/apt/apt.conf.d/99image-build)"
ls /var/log /var/cache/ldconfig >/left
`;

elementTest(
  'logs and caches that differ in every build last no longer than dpkg is at work',
  async (element) => {
    const built = await element.run({ elements: { web: { 'install.d/50-look': afterDpkg } }, with: ['web'] });
    const left = (await built.tree.read('/left')) ?? '';
    expect(left).toContain('kept.log');
    expect(left).not.toMatch(/(dpkg|alternatives|fontconfig)\.log|aux-cache/);
  },
);

elementTest('has apt remove nothing that dpkg merely knows', async (element) => {
  const built = await element.run({
    commands: { 'dpkg-query': 'printf "not-installed "\n' },
    elements: { web: { 'install.d/50-remove': 'install-packages -e web >/said\n' } },
    with: ['web'],
  });
  expect((await built.calls('apt-get')).filter((line) => line.includes('remove'))).toEqual([]);
  expect(await built.tree.read('/said')).toContain('web is not installed');
});

elementTest('writes down what is installed', async (element) => {
  const built = await element.run({
    elements: { web: { 'install.d/50-install': 'install-packages web curl\n' } },
    with: ['web'],
  });
  const manifest = JSON.parse((await built.tree.read('/etc/dib-manifests/dib-manifest-dpkg-dpkg')) ?? '') as {
    readonly packages: readonly { readonly package: string }[];
  };
  expect(manifest.packages.map((it) => it.package)).toEqual(['curl', 'web']);
});
