import type { DiskImageFormat } from '../disk/identify-disk-format.ts';

/** Hardware virtualisation, or translation in software, which works everywhere. */
export type Accelerator = 'kvm' | 'tcg';

/** A disk image attached to a machine. Nothing is ever written to the file itself. */
export interface MachineDisk {
  readonly file: string;
  readonly format: DiskImageFormat;
  /** `own` disks are the machine's and may be written; `image` disks get a temporary overlay. */
  readonly use: 'image' | 'read-only' | 'own';
}

/** A TCP port of 127.0.0.1 that leads to a port of the guest. */
export interface PortForward {
  readonly hostPort: number;
  readonly guestPort: number;
  /** Undefined: the first address that QEMU's DHCP gives out. */
  readonly guestAddress?: string;
}

/** A further card, in a user-mode network of its own, from which the guest reaches the host's loopback interface. */
export interface MachineNetwork {
  readonly macAddress: string;
  /** `192.0.2.0/24` */
  readonly subnet: string;
  /** Address by which the guest reaches 127.0.0.1 of the host. */
  readonly hostAddress: string;
  readonly forwards: readonly PortForward[];
}

/** A machine to start: the standard x86 board q35 with virtio devices and user-mode network. */
export interface MachineDefinition {
  readonly disks: readonly MachineDisk[];
  readonly memoryMebibytes: number;
  readonly processors: number;
  readonly accelerator: Accelerator;
  /** Under TCG; under KVM it is the host's. */
  readonly processorModel: string;
  readonly firmware: 'bios' | { readonly codeFile: string; readonly variablesFile: string };
  /** Of the first card. */
  readonly forwards: readonly PortForward[];
  /** Folder whose files the first card's boot server has by TFTP. */
  readonly tftpFolder?: string | undefined;
  /** systemd credentials, by name, handed over as SMBIOS strings (systemd 252 and later). */
  readonly credentials: Readonly<Record<string, string>>;
  /** Unix sockets of serial ports ttyS0, ttyS1, … on which the driver already listens. */
  readonly serialSockets: readonly string[];
  /** Of the first card. */
  readonly macAddress: string;
  readonly furtherNetworks?: readonly MachineNetwork[];
  /** Boots a kernel without a disk. */
  readonly kernel?: { readonly file: string; readonly initrd: string; readonly commandLine: string };
}

/** The command line of QEMU for a machine. */
export function qemuArguments(machine: MachineDefinition): readonly string[] {
  return [
    ['-machine', 'q35'],
    ['-nodefaults'],
    ['-no-user-config'],
    ['-display', 'none'],
    ...acceleratorOptions(machine),
    ['-smp', String(machine.processors)],
    ['-m', String(machine.memoryMebibytes)],
    ['-rtc', 'base=utc'],
    ['-no-reboot'],
    ...firmwareOptions(machine.firmware),
    ...machine.disks.flatMap(diskOptions),
    ['-netdev', ['user', 'id=net', ...tftp(machine.tftpFolder), ...machine.forwards.map(forward)].join(',')],
    ['-device', `virtio-net-pci,netdev=net,mac=${machine.macAddress},romfile=`],
    ...(machine.furtherNetworks ?? []).flatMap(networkOptions),
    ['-object', 'rng-random,id=random,filename=/dev/urandom'],
    ['-device', 'virtio-rng-pci,rng=random'],
    ...machine.serialSockets.flatMap((path, index) => [
      ['-chardev', `socket,id=serial${index},path=${escapeCommas(path)}`],
      ['-serial', `chardev:serial${index}`],
    ]),
    ...Object.entries(machine.credentials).map(([name, value]) => ['-smbios', credential(name, value)]),
    ...kernelOptions(machine.kernel),
  ].flat();
}

type Options = readonly (readonly string[])[];

/**
 * The plainest processor that offers x86-64-v2, which current distributions ask for. An amphora reaches its login with
 * 10 to 18 % less processor time than on `max` (64 against 76 s), whose further features cost more than they save.
 */
export const plainProcessor = 'qemu64,+ssse3,+sse4.1,+sse4.2,+popcnt,+lahf_lm,+rdrand,+aes,+pclmulqdq';

/** Translation by several threads is off by default for some guests; the machine has as many as processors. */
function acceleratorOptions({ accelerator, processorModel }: MachineDefinition): Options {
  return accelerator === 'kvm'
    ? [
        ['-accel', 'kvm'],
        ['-cpu', 'host'],
      ]
    : [
        ['-accel', 'tcg,thread=multi'],
        ['-cpu', processorModel],
      ];
}

/** The variables are copied by the caller, since UEFI writes to them. */
function firmwareOptions(firmware: MachineDefinition['firmware']): Options {
  if (firmware === 'bios') return [];
  const flash = 'if=pflash,format=raw';
  return [
    ['-drive', `${flash},unit=0,readonly=on,file=${escapeCommas(firmware.codeFile)}`],
    ['-drive', `${flash},unit=1,file=${escapeCommas(firmware.variablesFile)}`],
  ];
}

function diskOptions(disk: MachineDisk, index: number): Options {
  const protection = { image: ',snapshot=on', 'read-only': ',readonly=on', own: '' }[disk.use];
  // The overlay is thrown away, so nothing needs to reach the host's disk.
  const cache = disk.use === 'read-only' ? '' : ',cache=unsafe,discard=unmap';
  const drive = `if=none,id=disk${index},format=${disk.format}${protection}${cache}`;
  return [
    ['-drive', `${drive},file=${escapeCommas(disk.file)}`],
    ['-device', `virtio-blk-pci,drive=disk${index}${index === 0 ? ',bootindex=1' : ''}`],
  ];
}

function credential(name: string, value: string): string {
  return `type=11,value=io.systemd.credential.binary:${name}=${Buffer.from(value).toString('base64')}`;
}

function networkOptions(network: MachineNetwork, index: number): Options {
  const address = `net=${network.subnet},host=${network.hostAddress}`;
  return [
    ['-netdev', [`user,id=net${index + 1},${address}`, ...network.forwards.map(forward)].join(',')],
    ['-device', `virtio-net-pci,netdev=net${index + 1},mac=${network.macAddress},romfile=`],
  ];
}

function tftp(folder: string | undefined): readonly string[] {
  return folder === undefined ? [] : [`tftp=${escapeCommas(folder)}`];
}

function forward({ hostPort, guestPort, guestAddress = '' }: PortForward): string {
  return `hostfwd=tcp:127.0.0.1:${hostPort}-${guestAddress}:${guestPort}`;
}

function kernelOptions(kernel: MachineDefinition['kernel']): Options {
  if (kernel === undefined) return [];
  return [
    ['-kernel', kernel.file],
    ['-initrd', kernel.initrd],
    ['-append', kernel.commandLine],
  ];
}

/** A comma ends an option in QEMU's syntax; two are one. */
function escapeCommas(text: string): string {
  return text.replaceAll(',', ',,');
}
