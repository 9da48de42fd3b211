import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fail } from '@kiln/engine/diagnostics/failure.ts';
import type { Runner } from '@kiln/engine/util/runner.ts';
import { identifyImage } from '../disk/open-disk-image.ts';
import { createHostRunner } from '../host/host-runner.ts';
import { applies } from '../verify/declared/declared-check.ts';
import { amphoraProfile } from './amphora-profile.ts';
import { loginProfile, type BootProfile } from './boot-profile.ts';
import { ramdiskProfile } from './boot-ramdisk.ts';
import type { BootReport } from './boot-report.ts';
import type { BootArtifactRequest } from './boot-request.ts';
import { factsOfPackages, readImageFacts, type ImageFacts } from './image-facts.ts';
import { observeBoot } from './observe-boot.ts';

/** Profiles by name; a ramdisk has no disk, and `bootRamdisk`. */
export const bootProfiles: ReadonlyMap<string, BootProfile> = new Map(
  [loginProfile, amphoraProfile].map((profile) => [profile.name, profile]),
);

/**
 * Starts an image in QEMU and judges what it does: login prompt, failed units, cloud-init, kernel settings, and what
 * the profile asks. Needs `bootTools` and `verificationTools`; no root.
 *
 * Throws a BuildFailure for an unreadable artifact, a missing tool, an unknown profile, or a QEMU that does not start.
 */
export async function bootArtifact(given: BootArtifactRequest): Promise<BootReport> {
  // QEMU runs in another folder.
  const request = { ...given, artifact: resolve(given.artifact), logDirectory: resolve(given.logDirectory) };
  const profile = bootProfiles.get(request.profile);
  if (profile === undefined) {
    const known = [...bootProfiles.keys(), ramdiskProfile];
    return fail({ code: 'boot-profile-unknown', profile: request.profile, known });
  }
  const run = createHostRunner(request.signal);
  const directory = await mkdtemp(join(tmpdir(), 'kiln-boot-'));
  try {
    const facts = await readFacts(request, run);
    const sysctls = declaredSysctls(request);
    const prepared = await profile.prepare({ facts, sysctls, directory, run });
    try {
      const observed = await observeBoot({ request, facts, sysctls, prepared, directory, run });
      const counts = { pass: 0, fail: 0, skip: 0 };
      for (const check of observed.checks) counts[check.status] += 1;
      return {
        artifact: request.artifact,
        profile: profile.name,
        firmware: request.firmware,
        passed: counts.fail === 0,
        counts,
        logDirectory: request.logDirectory,
        ...observed,
      };
    } finally {
      prepared.close();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function declaredSysctls({
  checks = [],
  environment = {},
}: BootArtifactRequest): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const { question, conditions } of checks) {
    if (question.kind === 'sysctl' && applies(conditions, environment)) values[question.key] = question.value;
  }
  return values;
}

async function readFacts(request: BootArtifactRequest, run: Runner): Promise<ImageFacts> {
  if (request.packages === undefined) return readImageFacts(request.artifact, run);
  const { format } = await identifyImage(request.artifact);
  return { format, ...factsOfPackages(request.packages) };
}
