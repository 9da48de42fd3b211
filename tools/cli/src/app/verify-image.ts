import { join } from 'node:path';
import { writeWhole } from '@kiln/engine/execute/write-whole.ts';
import { fail } from '@kiln/engine/diagnostics/failure.ts';
import { type DiskDraft, draftDisk } from '@kiln/engine/execute/artifacts/draft-disk.ts';
import type { ResolvedImage } from '@kiln/engine/elements/resolved-image.ts';
import type { ImageManifest } from '@kiln/engine/execute/artifacts/image-manifest.ts';
import { isTreeFormat } from '@kiln/engine/formats/image-format.ts';
import {
  type Expectations,
  renderCheck,
  renderReport,
  renderReportJson,
  type VerificationProfile,
  verifyArtifact,
} from '@kiln/testkit';
import { leavesHostResolver } from './leaves-host-resolver.ts';
import { loadChecks } from './load-checks.ts';
import { loadReported } from './build.ts';
import { readManifest } from './read-manifest.ts';
import { reportProblems } from './report-problems.ts';
import { type Workspace, outputDirectory } from './workspace.ts';

/** What is to be verified. Without `artifact` it is what the last build left in dist/. */
export interface VerifyRequest {
  readonly workspace: Workspace;
  /** Image whose definition and elements say what is expected; undefined: only what holds for every image. */
  readonly image: string | undefined;
  readonly configuration?: string | undefined;
  /** Any disk that qemu-img can read (qcow2, raw, vmdk, vdi, vhdx, vpc), made by Kiln or not. */
  readonly artifact?: string | undefined;
  readonly json?: boolean | undefined;
  /** Undefined: what the definition says, or of a file alone what it looks like. */
  readonly profile?: VerificationProfile | undefined;
}

/**
 * Checks an artifact without starting it, and prints each check with its reason; as JSON on request.
 *
 * @returns exit code: 0 all passed, 1 some failed, 2 and 3 where it could not be checked.
 */
export async function verifyImage(request: VerifyRequest): Promise<number> {
  return reportProblems(async (report) => {
    const { workspace, configuration } = request;
    const image =
      request.image === undefined
        ? undefined
        : loadReported({ workspace, image: request.image, configuration, report });
    const directory = outputDirectory(workspace, request.image ?? 'none', configuration);
    const artifact = request.artifact ?? join(directory, `${request.image}.${diskFormat(image)}`);
    // The manifest is that of this build; another artifact may have the same definition and another tree.
    const manifest = request.artifact === undefined ? readManifest(directory) : undefined;
    const result = await verifyArtifact({
      artifact,
      profile: request.profile ?? profileOf(image),
      ...(image === undefined
        ? {}
        : { expectations: expectationsOf(image, manifest), checks: loadChecks(image) }),
      report: (check) => {
        if (request.json !== true && check.status === 'fail') process.stderr.write(`${renderCheck(check)}\n`);
      },
    });
    if (image !== undefined) await writeWhole(join(directory, 'verify.json'), renderReportJson(result));
    process.stdout.write(request.json === true ? renderReportJson(result) : renderReport(result));
    return result.counts.fail === 0 ? 0 : 1;
  });
}

/** The format of a definition that is verified and booted: qcow2 or raw where there is one, else the first that is a disk; fails where none is. */
export function diskFormat(image: ResolvedImage | undefined): string {
  if (image === undefined) return 'qcow2';
  const { formats, name } = image.definition;
  const plain = formats.find((format) => format === 'qcow2' || format === 'raw');
  return (
    plain ??
    formats.find((format) => !isTreeFormat(format)) ??
    fail({ code: 'image-without-disk', image: name })
  );
}

/** What boots as an amphora is one; a file alone is looked at. */
function profileOf(image: ResolvedImage | undefined): VerificationProfile {
  if (image === undefined) return 'detect';
  return image.definition.boot.profile === 'amphora' ? 'amphora' : 'none';
}

function expectationsOf(image: ResolvedImage, manifest: ImageManifest | undefined): Partial<Expectations> {
  const { definition, elements } = image;
  const disk = draftDisk(image, process.env);
  const has = (name: string): boolean => elements.some((element) => element.name === name);
  return {
    sizeBytes: definition.sizeBytes,
    rootLabel: disk.variables['DIB_ROOT_LABEL'],
    layout: manifest?.disk ?? undefined,
    environment: {
      DIB_BLOCK_DEVICE: blockDeviceKind(disk),
      ...definition.environment,
      ...manifest?.exported,
    },
    rootPassword: has('root-passwd') ? 'set' : 'locked',
    authorizedKeys: has('local-config') || has('devuser') ? 'present' : 'absent',
    kernel: has('vm') ? 'expected' : undefined,
    ...(leavesHostResolver(image) ? { hostNameservers: [] } : {}),
  };
}

/** What the block-device elements export as DIB_BLOCK_DEVICE. */
function blockDeviceKind({ graph, mountPoints }: DiskDraft): string {
  if (mountPoints.includes('/boot/efi')) return 'efi';
  return graph.table?.label ?? '';
}
