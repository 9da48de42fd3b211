export { bootArtifact, bootProfiles } from './boot-checks/boot-artifact.ts';
export { bootRamdisk, ramdiskProfile, type BootRamdiskRequest } from './boot-checks/boot-ramdisk.ts';
export type { BootReport } from './boot-checks/boot-report.ts';
export type { BootArtifactRequest, BootEvent } from './boot-checks/boot-request.ts';
export { directoryReader } from './disk/directory-reader.ts';
export { openDisk, type OpenDisk } from './disk/open-disk.ts';
export { memoryReader } from './disk/memory-reader.ts';
export { openTree, type DiskTree } from './disk/open-tree.ts';
export { bootTools, verificationTools, type HostTool } from './host/host-tools.ts';
export { startMachine, type Machine, type StartMachineRequest } from './qemu/start-machine.ts';
export { probeAccelerator } from './qemu/probe-accelerator.ts';
export type { CheckResult, CheckStatus } from './verify/check.ts';
export type { DeclaredCheck } from './verify/declared/declared-check.ts';
export { parseVerifyFile, type VerifyFileSource } from './verify/declared/parse-verify-file.ts';
export type { Expectations } from './verify/expectations.ts';
export { renderCheck, renderReport, renderReportJson } from './verify/render-report.ts';
export type { VerificationReport } from './verify/verification-report.ts';
export {
  verifyArtifact,
  verifyTree,
  type VerificationProfile,
  type VerifyArtifactRequest,
  type VerifyTreeRequest,
} from './verify/verify-artifact.ts';
