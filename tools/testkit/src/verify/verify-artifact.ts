import { readFile } from 'node:fs/promises';
import type { Runner } from '@kiln/engine/util/runner.ts';
import { openDisk } from '../disk/open-disk.ts';
import type { DiskTree } from '../disk/open-tree.ts';
import { createHostRunner } from '../host/host-runner.ts';
import { amphoraChecks } from './amphora/amphora-checks.ts';
import { looksLikeAmphora } from './amphora/amphora-facts.ts';
import { runCheck, type Check, type CheckResult, type Subject } from './check.ts';
import { createDeclaredCheck } from './declared/create-declared-check.ts';
import type { DeclaredCheck } from './declared/declared-check.ts';
import { noExpectations, type Expectations } from './expectations.ts';
import { genericChecks } from './generic/generic-checks.ts';
import { summarise, type VerificationReport } from './verification-report.ts';

/** Checks of a kind of machine, whoever built it, beside those of its elements. */
export type VerificationProfile = 'amphora' | 'none' | 'detect';

export interface VerifyArtifactRequest {
  /** Path of a qcow2 or raw image, made by Kiln or not. */
  readonly artifact: string;
  /** What was asked of the image; what is left out is not checked. */
  readonly expectations?: Partial<Expectations>;
  /** The checks of the image's elements, beside the generic ones. */
  readonly checks?: readonly DeclaredCheck[];
  /** What kind of machine it is meant to be; `detect` looks at it. By default, nothing is assumed. */
  readonly profile?: VerificationProfile | undefined;
  /** Where a qcow2 image may be unpacked for the time of the checks. */
  readonly temporaryDirectory?: string;
  /** Called after each check. */
  readonly report?: (result: CheckResult) => void;
  readonly signal?: AbortSignal;
}

/**
 * Checks an artifact offline: the disk, what holds for every image, and what its elements declare.
 *
 * Needs `verificationTools`, neither root nor kernel support. Throws a BuildFailure where the file cannot be read at
 * all ('artifact-unreadable') or a tool is missing; everything else is a failed check in the report.
 */
export async function verifyArtifact(request: VerifyArtifactRequest): Promise<VerificationReport> {
  const run = createHostRunner(request.signal);
  const expectations = {
    ...noExpectations,
    hostNameservers: await readHostNameservers(),
    ...request.expectations,
  };
  const disk = await openDisk({
    file: request.artifact,
    run,
    temporaryDirectory: request.temporaryDirectory,
  });
  try {
    const checks = await selectChecks(run, disk.tree, request);
    const results = await runChecks(checks, { tree: disk.tree, disk, expectations }, request);
    return summarise({ artifact: request.artifact, sizeBytes: disk.sizeBytes, checks: results });
  } finally {
    await disk.close();
  }
}

export interface VerifyTreeRequest extends Omit<VerifyArtifactRequest, 'artifact'> {
  /** The files to check: `openTree` over a directory, a fake, or another reader. */
  readonly tree: DiskTree;
  /** How the report shall call them. */
  readonly name: string;
}

/** The same checks on files alone, such as a target root; checks of the disk are skipped. */
export async function verifyTree(request: VerifyTreeRequest): Promise<VerificationReport> {
  const run = createHostRunner(request.signal);
  const expectations = { ...noExpectations, ...request.expectations };
  const checks = await selectChecks(run, request.tree, request);
  const results = await runChecks(checks, { tree: request.tree, disk: undefined, expectations }, request);
  return summarise({ artifact: request.name, sizeBytes: 0, checks: results });
}

async function selectChecks(
  run: Runner,
  tree: DiskTree,
  { checks = [], profile = 'none' }: Pick<VerifyArtifactRequest, 'checks' | 'profile'>,
): Promise<readonly Check[]> {
  const isAmphora = profile === 'amphora' || (profile === 'detect' && (await looksLikeAmphora(tree)));
  return [...genericChecks(run), ...(isAmphora ? amphoraChecks : []), ...checks.map(createDeclaredCheck)];
}

/** All at once: questions that arrive together are asked of the disk together. Results keep the order of the checks. */
async function runChecks(
  checks: readonly Check[],
  subject: Subject,
  { report, signal }: Pick<VerifyArtifactRequest, 'report' | 'signal'>,
): Promise<readonly CheckResult[]> {
  const results = await Promise.all(checks.map((check) => runCheck(check, subject)));
  signal?.throwIfAborted();
  for (const result of results) report?.(result);
  return results;
}

async function readHostNameservers(): Promise<readonly string[]> {
  const text = await readFile('/etc/resolv.conf', 'utf8').catch(() => '');
  return [...text.matchAll(/^\s*nameserver\s+(?<address>\S+)/gmu)].map(
    (match) => match.groups?.['address'] ?? '',
  );
}
