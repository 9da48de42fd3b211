import { describe, expect, it } from 'vitest';
import { qemuArguments, type MachineDefinition } from '../../src/qemu/qemu-arguments.ts';

const machine: MachineDefinition = {
  disks: [
    { file: '/images/a,b.qcow2', format: 'qcow2', use: 'image' },
    { file: '/tmp/drive.iso', format: 'raw', use: 'read-only' },
  ],
  memoryMebibytes: 1536,
  processors: 2,
  accelerator: 'tcg',
  processorModel: 'max',
  firmware: 'bios',
  forwards: [{ hostPort: 40000, guestPort: 9443 }],
  credentials: { 'tmpfiles.extra': 'f /run/x' },
  serialSockets: ['/tmp/vm/0', '/tmp/vm/1'],
  macAddress: '52:54:00:12:34:56',
};

const lineOf = (changes: Partial<MachineDefinition> = {}): string =>
  qemuArguments({ ...machine, ...changes }).join(' ');

describe('qemuArguments', () => {
  it('never writes to the image', () => {
    expect(lineOf()).toContain('format=qcow2,snapshot=on');
    expect(lineOf()).toContain('format=raw,readonly=on,file=/tmp/drive.iso');
  });

  it('boots from the first disk, whatever commas are in its path', () => {
    expect(lineOf()).toContain('file=/images/a,,b.qcow2');
    expect(lineOf()).toContain('drive=disk0,bootindex=1');
  });

  it('forwards ports of the loopback interface only', () => {
    expect(lineOf()).toContain('user,id=net,hostfwd=tcp:127.0.0.1:40000-:9443');
  });

  it('has files for whoever asks its boot server', () => {
    expect(lineOf({ tftpFolder: '/tmp/a,b' })).toContain('user,id=net,tftp=/tmp/a,,b,hostfwd=');
  });

  it('gives a further card a network of its own, with ports of its addresses on the loopback interface', () => {
    const line = lineOf({
      furtherNetworks: [
        {
          macAddress: '52:54:00:12:34:57',
          subnet: '192.0.2.0/24',
          hostAddress: '192.0.2.2',
          forwards: [{ hostPort: 40001, guestPort: 80, guestAddress: '192.0.2.10' }],
        },
      ],
    });
    expect(line).toContain(
      'user,id=net1,net=192.0.2.0/24,host=192.0.2.2,hostfwd=tcp:127.0.0.1:40001-192.0.2.10:80',
    );
    expect(line).toContain('netdev=net1,mac=52:54:00:12:34:57');
  });

  it('ends with a reboot of the guest', () => {
    expect(lineOf()).toContain('-no-reboot');
  });

  it('connects serial ports in order', () => {
    const line = lineOf();
    expect(line.indexOf('path=/tmp/vm/0')).toBeLessThan(line.indexOf('path=/tmp/vm/1'));
    expect(line).toContain('-serial chardev:serial1');
  });

  it('hands credentials over as SMBIOS strings', () => {
    const encoded = Buffer.from('f /run/x').toString('base64');
    expect(lineOf()).toContain(`type=11,value=io.systemd.credential.binary:tmpfiles.extra=${encoded}`);
  });

  it('uses threads under TCG, the host processor under KVM', () => {
    expect(lineOf()).toContain('-accel tcg,thread=multi -cpu max');
    expect(lineOf({ accelerator: 'kvm' })).toContain('-accel kvm -cpu host');
  });

  it('gives UEFI code that cannot change, and variables that can', () => {
    const line = lineOf({ firmware: { codeFile: '/fw/code.fd', variablesFile: '/tmp/vars.fd' } });
    expect(line).toContain('format=raw,unit=0,readonly=on,file=/fw/code.fd');
    expect(line).toContain('format=raw,unit=1,file=/tmp/vars.fd');
  });
});
