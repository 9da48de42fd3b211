import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect, test } from 'vitest';

const fragment = new URL('../init.d/05-iscsi-targetcli', import.meta.url).pathname;

test('configures the kernel: a target with one LUN for everybody, on all addresses', () => {
  const folder = mkdtempSync(join(tmpdir(), 'targetcli-'));
  try {
    // Folders of configfs come with their files; these do not.
    const script = `set -e
source ${fragment}
ISCSI_CONFIGURATION=${folder}
modprobe() { echo "modprobe $*"; }
grep() { :; }
mkdir() { case $* in *' /etc/target') return ;; esac; command mkdir "$@"; command mkdir -p ${folder}/iscsi/iqn.x/tpgt_1/attrib; }
start_iscsi_target iqn.x /dev/sda ALL`;
    expect(execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8' })).toContain(
      'iscsi_target_mod',
    );
    const group = join(folder, 'iscsi/iqn.x/tpgt_1');
    const disk = join(folder, 'core/iblock_0/disk');
    const read = (path: string): string => readFileSync(path, 'utf8');
    expect([read(join(disk, 'control')), read(join(disk, 'enable'))]).toEqual([
      'udev_path=/dev/sda\n',
      '1\n',
    ]);
    expect(readlinkSync(join(group, 'lun/lun_1/disk'))).toBe(disk);
    expect(existsSync(join(group, 'np/0.0.0.0:3260'))).toBe(true);
    expect(read(join(group, 'attrib/demo_mode_write_protect'))).toBe('0\n');
    expect(read(join(group, 'enable'))).toBe('1\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

elementTest('names the modules for dracut', async (element) => {
  const built = await element.run({
    elements: { shows: { 'post-install.d/50-list': 'cat /tmp/in_target.d/dracut-drivers.d/* >/drivers\n' } },
    with: ['shows'],
  });
  expect(await built.tree.read('/drivers')).toContain('iscsi_target_mod\n');
});
