import { spawnSync } from 'node:child_process';
import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect, test } from 'vitest';

const fragment = new URL('../init.d/80-deploy', import.meta.url).pathname;

/** Runs the fragment with functions that tell how they were called, unless `failing` names one. */
function deploy(settings: string, failing = ''): readonly string[] {
  const script = `
say() { echo "$*"; [ "$1" != '${failing}' ]; }
find_disk() { [ "$1" = sda ] && echo /dev/sda; }
wait_for() { shift 2; eval "$*"; }
get_kernel_parameter() { :; }
err_msg() { say err_msg "$1"; FIRST_ERR_MSG=\${FIRST_ERR_MSG:-\${1// /+}}; }
troubleshoot() { say troubleshoot; }
start_iscsi_target() { say start "$@"; }
stop_iscsi_target() { say stop; }
wget() { say wget "$@"; }
nc() { say nc "$@"; }
ISCSI_TARGET_IQN=iqn.x DISK=sda DEPLOYMENT_ID=7 DEPLOYMENT_KEY=k BOOT_IP_ADDRESS=10.0.0.5 BOOT_SERVER=10.0.0.1 FIRST_ERR_MSG=
${settings}
source ${fragment}`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => /^(err_msg|troubleshoot|start|stop|wget|nc)\b/.test(line));
}

const request = (error: string): string =>
  `wget -O /dev/null --post-data i=7&k=k&a=10.0.0.5&n=iqn.x&e=${error} http://10.0.0.1:10000`;

test('shows the disk, asks the boot server, waits, and takes the disk back', () => {
  expect(deploy('')).toEqual(['start iqn.x /dev/sda ALL', request(''), 'nc -l -p 10000', 'stop']);
});

test('the boot server hears of the first error', () => {
  expect(deploy('DISK=sdz')).toEqual(
    expect.arrayContaining(["err_msg there is none of the disks 'sdz'", 'troubleshoot']),
  );
  const [error, shell, asked] = deploy('', 'start').slice(1);
  expect([error, shell]).toEqual(['err_msg the iSCSI target did not start', 'troubleshoot']);
  expect(asked).toBe(request('the+iSCSI+target+did+not+start'));
});

elementTest('an iSCSI target comes with it', async (element) => {
  const init = '/init-of-test';
  const built = await element.run({
    elements: { shows: { 'post-install.d/50-init': `cat /tmp/in_target.d/init.d/* >${init}\n` } },
    with: ['shows'],
  });
  const text = (await built.tree.read(init)) ?? '';
  expect(text.indexOf('start_iscsi_target() {')).toBeGreaterThanOrEqual(0);
  expect(text.indexOf('start_iscsi_target() {')).toBeLessThan(
    text.indexOf('start_iscsi_target "$ISCSI_TARGET_IQN"'),
  );
});
