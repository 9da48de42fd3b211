import { describe, expect, it } from 'vitest';
import {
  judgeCertificates,
  judgeOpenFiles,
  judgeSshd,
  parseListeners,
} from '../../src/boot-checks/amphora-guest-checks.ts';
import type { ImageFacts } from '../../src/boot-checks/image-facts.ts';

const withSshd: ImageFacts = {
  format: 'qcow2',
  hasCloudInit: true,
  kernelVersion: undefined,
  packages: { 'openssh-server': '1:9.2' },
};
const withoutSshd: ImageFacts = { ...withSshd, packages: {} };

const line = (address: string, program: string): string =>
  `LISTEN 0      128    ${address}      0.0.0.0:*    users:(("${program}",pid=1,fd=3))`;

describe('parseListeners', () => {
  it('knows addresses of both families, with and without an interface', () => {
    const output = ['10.0.2.15:22', '[::]:9443', '127.0.0.53%lo:53', '*:80'].map((address) =>
      line(address, 'x'),
    );
    expect(parseListeners(output.join('\n')).map(({ address, port }) => [address, port])).toEqual([
      ['10.0.2.15', 22],
      ['::', 9443],
      ['127.0.0.53', 53],
      ['*', 80],
    ]);
  });
});

describe('judgeSshd', () => {
  it.each([
    ['pass', withSshd, line('10.0.2.15:22', 'sshd')],
    ['fail', withSshd, line('0.0.0.0:22', 'sshd')],
    ['fail', withSshd, [line('10.0.2.15:22', 'sshd'), line('[::]:22', 'sshd')].join('\n')],
    ['fail', withSshd, line('[::]:9443', 'gunicorn')],
    ['pass', withoutSshd, line('[::]:9443', 'gunicorn')],
    ['fail', withoutSshd, line('10.0.2.15:22', 'dropbear')],
  ] as const)('%s %#', (status, facts, output) => {
    expect(judgeSshd(output, facts).status).toBe(status);
  });
});

describe('judgeCertificates', () => {
  const mounts = '/var/lib/octavia/certs /dev/mapper/certfs-ramfs ext2 rw';
  const status =
    '/dev/mapper/certfs-ramfs is active.\n  type:    LUKS1\n  cipher:  aes-xts-plain64\n  device:  /dev/ram0\n';

  it.each([
    ['pass', mounts, status],
    ['fail', '/ /dev/vda1 ext4 rw', status],
    ['fail', mounts.replace('/dev/mapper/certfs-ramfs', 'tmpfs'), status],
    ['fail', mounts, status.replace('/dev/ram0', '/dev/vda1')],
    ['fail', mounts, ''],
  ] as const)('%s %#', (verdict, mounted, said) => {
    expect(judgeCertificates(mounted, said).status).toBe(verdict);
  });
});

describe('judgeOpenFiles', () => {
  const unit = 'ActiveState=active\nLimitNOFILE=2600000\nNRestarts=0';
  const limits = 'nobody Max open files            2600000              2600000              files';

  it('passes where the process has what the unit asks for', () => {
    expect(judgeOpenFiles(unit, limits, '2600000')).toMatchObject({ status: 'pass' });
  });

  it('passes where the agent of an older release asks for less than the image allows', () => {
    const older = unit.replace('2600000', '2097152');
    const got = limits.replaceAll('2600000', '2097152');
    expect(judgeOpenFiles(older, got, '2600000')).toMatchObject({ status: 'pass' });
  });

  it.each([
    [
      unit,
      limits.replaceAll('2600000', '2097152'),
      '2097152',
      /got 2097152 instead of 2600000\nfs\.nr_open is 2097152/u,
    ],
    [unit, '', '2600000', /no process/u],
    [unit.replace('=active', '=failed'), limits, '2600000', /failed/u],
    ['', limits, '2600000', /no limit/u],
  ])('says what is wrong %#', (shown, processes, nrOpen, says) => {
    expect(judgeOpenFiles(shown, processes, nrOpen)).toMatchObject({
      status: 'fail',
      detail: expect.stringMatching(says),
    });
  });
});
