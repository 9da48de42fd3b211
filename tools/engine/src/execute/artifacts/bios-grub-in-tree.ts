import { sandboxPaths } from '../../plan/hook-environment.ts';
import type { Sandbox } from '../../sandbox/open-sandbox.ts';

/** GRUB's images for BIOS. */
export interface BiosGrubImages {
  readonly bootImage: Buffer;
  readonly coreImage: Buffer;
}

/** Where `grub-install` leaves them: Debian's name of the folder, and Fedora's. */
const folders = ['boot/grub/i386-pc', 'boot/grub2/i386-pc'];

/** GRUB's images as `grub-install` leaves them in the mounted tree; undefined where the image does not boot by BIOS. */
export async function biosGrubInTree(sandbox: Sandbox): Promise<BiosGrubImages | undefined> {
  for (const folder of folders) {
    const [bootImage, coreImage] = [
      await readImage(sandbox, `${folder}/boot.img`),
      await readImage(sandbox, `${folder}/core.img`),
    ];
    if (bootImage !== undefined && coreImage !== undefined) return { bootImage, coreImage };
  }
  return undefined;
}

async function readImage(sandbox: Sandbox, path: string): Promise<Buffer | undefined> {
  const command = ['base64', '--wrap=0', `${sandboxPaths.targetRoot}/${path}`] as const;
  const encoded = await sandbox.run(command, { allowFailure: true });
  return encoded.ok ? Buffer.from(encoded.stdout, 'base64') : undefined;
}
