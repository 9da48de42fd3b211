import { execFileSync } from 'node:child_process';
import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect, test } from 'vitest';

const fragment = new URL('../init.d/06-iscsi-tgtadm', import.meta.url).pathname;

test('shows a disk as LUN 1 of the target, and takes it back', () => {
  const script = `source ${fragment}
mkdir() { :; }
wait_for() { :; }
tgtd() { echo tgtd; }
tgtadm() { echo "tgtadm $*"; }
start_iscsi_target iqn.x /dev/sda ALL && stop_iscsi_target`;
  expect(execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8' }).trimEnd().split('\n')).toEqual([
    'tgtd',
    'tgtadm --lld iscsi --mode target --op new --tid 1 --targetname iqn.x',
    'tgtadm --lld iscsi --mode logicalunit --op new --tid 1 --lun 1 --backing-store /dev/sda',
    'tgtadm --lld iscsi --mode target --op bind --tid 1 --initiator-address ALL',
    'tgtadm --lld iscsi --mode target --op delete --force --tid 1',
    'tgtadm --mode system --op delete',
  ]);
});

elementTest('installs tgt, whose programs go into the ramdisk', async (element) => {
  const built = await element.run();
  expect(await built.calls('install-packages')).toContain('install-packages tgt');
});
