import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Runner } from '@kiln/engine/util/runner.ts';
import { dhcpNetworkData, writeConfigDrive } from '../qemu/config-drive.ts';
import { defaultMacAddress, startMachine, type Machine } from '../qemu/start-machine.ts';
import type { PreparedProfile } from './boot-profile.ts';
import type { BootArtifactRequest } from './boot-request.ts';
import { commonSections, reportScript } from './guest-report.ts';
import type { ImageFacts } from './image-facts.ts';
import { makeProbeLogin, reportDevice, reportUserData, type ProbeLogin } from './report-transport.ts';

/** All that a boot is made of. */
export interface BootSetup {
  readonly request: BootArtifactRequest;
  readonly facts: ImageFacts;
  readonly prepared: PreparedProfile;
  /** Private folder. */
  readonly directory: string;
  readonly run: Runner;
  /** Further sections of the guest's report, beside those of every boot and of the profile. */
  readonly sections: Readonly<Record<string, string>>;
}

/** A machine that was started, and the way to make it report: undefined where cloud-init does it by itself. */
export interface StartedBoot {
  readonly machine: Machine;
  readonly login: ProbeLogin | undefined;
  /**
   * Starts the machine once more, on the disk as it left it, after it has ended; logs go to `reboot` below the log folder.
   * A reset inside QEMU would do the same, but a guest that is translated (TCG) then takes several times as long.
   */
  readonly startAgain: () => Promise<Machine>;
}

/** Starts the image with a config drive as a cloud would, and with what it needs to report on itself. */
export async function startBoot(setup: BootSetup): Promise<StartedBoot> {
  const { request, prepared, directory, run, facts } = setup;
  const first = { ...commonSections, ...setup.sections, ...prepared.sections };
  const script = reportScript({ first, again: prepared.laterSections }, reportDevice);
  const login = facts.hasCloudInit ? undefined : await makeProbeLogin(script, run);
  const drive = {
    uuid: randomUUID(),
    hostname: 'kiln-boot',
    files: prepared.files,
    userData: reportUserData(script, prepared.commands),
    networkData: dhcpNetworkData(defaultMacAddress),
  };
  const driveFile = await writeConfigDrive(directory, drive, run);
  const overlay = await makeOverlay(setup);
  const start = (logDirectory: string): Promise<Machine> =>
    startMachine({
      disks: [
        { file: overlay, format: 'qcow2', use: 'own' },
        { file: driveFile, format: 'raw', use: 'read-only' },
      ],
      memoryMebibytes: request.definition?.boot.memoryMebibytes ?? 1024,
      firmware: request.firmware,
      logDirectory,
      accelerator: request.accelerator,
      processorModel: request.processorModel,
      forwards: prepared.forwards,
      furtherNetworks: prepared.furtherNetworks,
      credentials: login?.credentials ?? {},
      onConsoleLine: (line) => request.report?.({ type: 'console-line', line }),
      signal: request.signal,
    });
  const machine = await start(request.logDirectory);
  return { machine, login, startAgain: () => start(join(request.logDirectory, 'reboot')) };
}

/** What the guest writes goes into a file of the test's own. */
async function makeOverlay({ request, facts, directory, run }: BootSetup): Promise<string> {
  const overlay = join(directory, 'disk.qcow2');
  const backing = ['-F', facts.format, '-b', request.artifact];
  await run(['qemu-img', 'create', '-q', '-f', 'qcow2', ...backing, overlay]);
  return overlay;
}
