import { access, constants, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plainProcessor, type Accelerator } from './qemu-arguments.ts';
import { runQemu } from './run-qemu.ts';
import { openSerialPort } from './serial-port.ts';

/**
 * A boot sector that proves an accelerator: it leaves real mode for 64-bit mode with paging, counts ten million
 * down, and says so on the first serial port. Assembled from:
 *
 *     cli; xor %ax,%ax; mov %ax,%ds; mov %ax,%es; mov %ax,%ss; mov $0x7c00,%sp; cld
 *     mov $0x1000,%di; mov $0x1800,%cx; rep stosw                   # three empty page tables
 *     movw $0x2003,0x1000; movw $0x3003,0x2000; movw $0x83,0x3000   # one page of 2 MiB onto itself
 *     mov $0x1000,%eax; mov %eax,%cr3
 *     mov %cr4,%eax; or $0x20,%eax; mov %eax,%cr4                   # PAE
 *     mov $0xc0000080,%ecx; rdmsr; or $0x100,%eax; wrmsr            # EFER.LME
 *     lgdt; mov %cr0,%eax; or $0x80000001,%eax; mov %eax,%cr0; ljmp $8
 *     mov $10000000,%ecx; 1: dec %ecx; jnz 1b
 *     mov $0x3f8,%edx; mov $text,%esi; 2: lodsb; test %al,%al; jz 3f; out %al,%dx; jmp 2b; 3: hlt; jmp 3b
 */
const bootCode =
  'fa31c08ed88ec08ed0bc007cfcbf0010b90018f3abc70600100320c70600200330c7060030830066b8001000000f22d8' +
  '0f20e06683c8200f22e066b9800000c00f32660d000100000f300f0116a07c0f20c0660d010000800f22c0ea607c0800' +
  'b980969800ffc975fcbaf8030000be7e7c0000ac84c07403eeebf8f4ebfd67756573742072756e730a00660f1f440000' +
  '000000000000000000000000009a20000f00907c';

/** A guest under TCG says its words after 0.3 s; a KVM that takes longer than this is no gain, or no KVM at all. */
const patienceMs = 3000;

let known: Promise<Accelerator> | undefined;

/**
 * Chooses the accelerator: KVM only where a guest has been seen to run under it, since `/dev/kvm` may exist, and even
 * take a machine, on hosts (nested ones above all) where guests crawl or hang. Asked once a process.
 */
export function probeAccelerator(): Promise<Accelerator> {
  known ??= chooseAccelerator();
  return known;
}

async function chooseAccelerator(): Promise<Accelerator> {
  const usable = await access('/dev/kvm', constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
  return usable && (await runsUnder('kvm', patienceMs)) ? 'kvm' : 'tcg';
}

/** Starts the probe under an accelerator; false where it does not speak in time. */
export async function runsUnder(accelerator: Accelerator, timeoutMs: number): Promise<boolean> {
  const directory = await mkdtemp(join(tmpdir(), 'kiln-vm-'));
  const controller = new AbortController();
  try {
    const disk = join(directory, 'probe.raw');
    await writeFile(disk, probeDisk());
    const serial = await openSerialPort({
      socketPath: join(directory, '0'),
      logFile: join(directory, 'serial.log'),
    });
    const definition = {
      disks: [{ file: disk, format: 'raw', use: 'read-only' }],
      memoryMebibytes: 64,
      processors: 1,
      accelerator,
      processorModel: plainProcessor,
      firmware: 'bios',
      forwards: [],
      credentials: {},
      serialSockets: [serial.socketPath],
      macAddress: '52:54:00:12:34:56',
    } as const;
    const ended = runQemu(definition, controller.signal).finally(() => serial.end());
    const seen = await serial.waitFor(/guest runs/u, { timeoutMs });
    controller.abort();
    await ended;
    return !('failure' in seen);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The disk of the probe: it says `guest runs` on the first serial port. SeaBIOS passes over disks of a single sector. */
export function probeDisk(): Buffer {
  const disk = Buffer.alloc(1 << 20);
  disk.write(bootCode, 'hex');
  disk.writeUInt16LE(0xaa55, 510);
  return disk;
}
