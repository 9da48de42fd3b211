import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

/** Runs the program of the element in the tree, with stand-ins for what needs a kernel. */
const start = [
  'mkdir -p /etc/octavia',
  'printf "[haproxy_amphora]\\nbase_cert_dir = /srv/keys # here\\n" >/etc/octavia/amphora-agent.conf',
  '/usr/local/bin/certfs-ramfs start',
  '/usr/local/bin/certfs-ramfs check && echo checked >/checked',
  '',
].join('\n');

const commands = {
  cryptsetup: 'case $* in *luksFormat*) cat >/key ;; *luksOpen*) cmp -s - /key || cat >/key-again ;; esac',
  'mkfs.ext2': '',
  findmnt: 'echo /dev/mapper/certfs-ramfs',
  mount: '',
};

elementTest(
  'makes an encrypted RAM disk where the agent keeps its keys, with a key of its own each time',
  async (element) => {
    const built = await element.run({
      commands,
      with: ['starting'],
      elements: { starting: { 'post-install.d/90-start': start } },
    });
    const calls = (await built.calls()).join('\n');
    expect(calls).toContain('modprobe brd rd_nr=1');
    expect(calls).toMatch(/cryptsetup .*--type=luks1 .*luksFormat \/dev\/ram0/u);
    expect(calls).toMatch(/mount .*\/dev\/mapper\/certfs-ramfs \/srv\/keys/u);
    expect(await built.tree.read('/key')).toMatch(/^[0-9a-f]{64}$/u);
    expect(calls).not.toContain((await built.tree.read('/key')) ?? 'no key');
    expect(await built.tree.mode('/srv/keys')).toBe('0700');
    expect(await built.tree.read('/checked')).toBe('checked\n');
  },
);

elementTest('lets no agent start on another folder', async (element) => {
  const run = await element.expectFailure({
    commands: { ...commands, findmnt: 'echo /dev/vda1' },
    with: ['starting'],
    elements: { starting: { 'post-install.d/90-start': start } },
  });
  expect(run.output).toContain('/srv/keys is not on the encrypted RAM disk');
});

elementTest('only one unit may have the RAM disk', async (element) => {
  const other = '/lib/systemd/system/octavia-agent-certs-ramfs.service';
  const built = await element.run({ files: { [other]: '[Unit]\n' } });
  expect(await built.calls('systemctl')).toEqual([
    'systemctl mask octavia-agent-certs-ramfs.service',
    'systemctl enable certs-ramfs.service',
  ]);
});
