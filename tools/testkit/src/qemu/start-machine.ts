import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail } from '@kiln/engine/diagnostics/failure.ts';
import { findUefiFirmware } from './find-uefi-firmware.ts';
import { probeAccelerator } from './probe-accelerator.ts';
import {
  plainProcessor,
  type Accelerator,
  type MachineDefinition,
  type MachineDisk,
} from './qemu-arguments.ts';
import { runQemu } from './run-qemu.ts';
import { openSerialPort, type SerialPort } from './serial-port.ts';

export interface StartMachineRequest {
  readonly disks: readonly MachineDisk[];
  readonly memoryMebibytes: number;
  readonly firmware: 'bios' | 'uefi';
  /** Gets `console.log` and `report.log`, as the serial ports said them, and QEMU's own words in `qemu.log`. */
  readonly logDirectory: string;
  readonly processors?: number;
  /** Undefined: KVM where a probe proves that it works, else TCG. */
  readonly accelerator?: Accelerator | undefined;
  /** QEMU's name of the processor under TCG; `plainProcessor` unless said. */
  readonly processorModel?: string | undefined;
  readonly forwards?: MachineDefinition['forwards'];
  readonly tftpFolder?: MachineDefinition['tftpFolder'];
  readonly credentials?: Readonly<Record<string, string>>;
  readonly macAddress?: string;
  readonly furtherNetworks?: MachineDefinition['furtherNetworks'];
  readonly kernel?: MachineDefinition['kernel'];
  readonly onConsoleLine?: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** A machine that runs. Stop it; it also ends with its parent process, and when its signal aborts. */
export interface Machine {
  readonly accelerator: Accelerator;
  /** ttyS0: firmware, kernel, login. */
  readonly console: SerialPort;
  /** ttyS1: for what a test lets the guest write. */
  readonly report: SerialPort;
  /** Settles with QEMU's exit, in words, and whatever it complained of. */
  readonly ended: Promise<{ readonly status: string; readonly complaint: string }>;
  readonly stop: () => Promise<void>;
}

/** First of the addresses that QEMU's own documentation uses. */
export const defaultMacAddress = '52:54:00:12:34:56';

/**
 * Starts a machine and returns at once; wait on its console for what should happen.
 *
 * QEMU is started through setpriv with a death signal, so that it does not outlive a killed Kiln.
 */
export async function startMachine(request: StartMachineRequest): Promise<Machine> {
  const accelerator = request.accelerator ?? (await probeAccelerator());
  await mkdir(request.logDirectory, { recursive: true });
  // Paths of Unix sockets may hold 107 bytes, so they get a short folder of their own.
  const directory = await mkdtemp(join(tmpdir(), 'kiln-vm-'));
  const console = await openSerialPort(
    { socketPath: join(directory, '0'), logFile: join(request.logDirectory, 'console.log') },
    request.onConsoleLine,
  );
  const report = await openSerialPort({
    socketPath: join(directory, '1'),
    logFile: join(request.logDirectory, 'report.log'),
  });
  const controller = new AbortController();
  const stopBy =
    request.signal === undefined ? controller.signal : AbortSignal.any([controller.signal, request.signal]);
  const definition: MachineDefinition = {
    disks: request.disks,
    memoryMebibytes: request.memoryMebibytes,
    processors: request.processors ?? 2,
    accelerator,
    processorModel: request.processorModel ?? plainProcessor,
    firmware: request.firmware === 'bios' ? 'bios' : await prepareUefi(directory),
    forwards: request.forwards ?? [],
    tftpFolder: request.tftpFolder,
    credentials: request.credentials ?? {},
    serialSockets: [console.socketPath, report.socketPath],
    macAddress: request.macAddress ?? defaultMacAddress,
    furtherNetworks: request.furtherNetworks ?? [],
    ...(request.kernel === undefined ? {} : { kernel: request.kernel }),
  };
  const ended = runQemu(definition, stopBy).then(async (result) => {
    await Promise.all([console.end(), report.end()]);
    await rm(directory, { recursive: true, force: true });
    return result;
  });
  return {
    accelerator,
    console,
    report,
    ended,
    stop: async () => {
      controller.abort();
      await ended;
    },
  };
}

async function prepareUefi(directory: string): Promise<MachineDefinition['firmware']> {
  const firmware = await findUefiFirmware();
  if (firmware === undefined) {
    return fail({
      code: 'host-tool-missing',
      tool: 'OVMF_CODE.fd',
      debianPackage: 'ovmf',
      neededFor: 'booting with UEFI',
    });
  }
  const variablesFile = join(directory, 'variables.fd');
  await copyFile(firmware.variablesFile, variablesFile);
  return { codeFile: firmware.codeFile, variablesFile };
}
