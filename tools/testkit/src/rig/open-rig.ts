import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BuildEvent } from '@kiln/engine/events/build-event.ts';
import { runCommand } from '@kiln/engine/util/run-command.ts';
import { findLeaks, isLockAwaited, type Leaks } from './find-leaks.ts';
import { openHookGate, type HookGate } from './hook-gate.ts';
import { makeRigFolder } from './rig-folder.ts';
import { startRigProcess, type RigProcess } from './rig-process.ts';
import type { RigRequest } from './rig-request.ts';
import { runRigBuild, type RigBuild, type RigListener } from './run-rig-build.ts';
import { tinyOsFiles } from './tiny-os.ts';
import { until } from './until.ts';

/** What a build of a rig may be asked for beside the image. */
export type RigOptions = Partial<
  Pick<
    RigRequest,
    | 'environment'
    | 'arguments'
    | 'configuration'
    | 'until'
    | 'checkpoints'
    | 'store'
    | 'outputDirectory'
    | 'network'
  >
>;

/** A temporary workspace with the element `tiny-os`, and a content store of its own. */
export interface Rig {
  readonly root: string;
  readonly store: string;
  /** Writes a file below the workspace; one that begins with `#!` becomes executable. */
  readonly write: (path: string, content: string | Buffer) => Promise<void>;
  readonly remove: (path: string) => Promise<void>;
  /** Writes an element of hooks and files; a hook without `#!` gets bash's. */
  readonly element: (name: string, files: Readonly<Record<string, string | Buffer>>) => Promise<void>;
  /** Writes an image of `tiny-os` and the named elements; \`extra\` are more lines of its definition. */
  readonly image: (name: string, elements: readonly string[], extra?: string) => Promise<void>;
  readonly build: (image: string, options?: RigOptions & RigListener) => Promise<RigBuild>;
  /** Builds in a process of its own, which may be killed. */
  readonly start: (
    image: string,
    options?: RigOptions & { readonly wrapper?: readonly string[] },
  ) => RigProcess;
  readonly request: (image: string, options?: RigOptions) => RigRequest;
  readonly gate: (name: string) => Promise<HookGate>;
  readonly outputDirectory: (image: string) => string;
  /** What builds left on the host, looked at once. */
  readonly leaks: () => Promise<Leaks>;
  /** Settles when the kernel has cleared up after builds that were killed; fails with what stays. */
  readonly cleared: () => Promise<void>;
  /** Settles when a build waits for another one's lock. */
  readonly lockAwaited: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const hookPath =
  /^(root|extra-data|(pre|post)-install|install|post-root|block-device|(pre-)?finalise|cleanup)\.d\/[^.]+$/;

/** Opens a rig. Close it after the test. */
export async function openRig(): Promise<Rig> {
  const root = await makeRigFolder();
  await chmod(root, 0o755);
  const store = join(root, 'store');
  const gates: HookGate[] = [];
  const outputDirectory = (image: string): string => join(root, 'dist', image);
  const write = async (path: string, content: string | Buffer): Promise<void> => {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    await chmod(file, content.toString().startsWith('#!') ? 0o755 : 0o644);
  };
  const element: Rig['element'] = async (name, files) => {
    for (const [path, content] of Object.entries(files)) {
      const needsBang = typeof content === 'string' && hookPath.test(path) && !content.startsWith('#!');
      await write(`elements/${name}/${path}`, needsBang ? `#!/bin/bash\nset -eu\n${content}` : content);
    }
  };
  const request: Rig['request'] = (image, options = {}) => ({
    root,
    image,
    store,
    outputDirectory: outputDirectory(image),
    environment: {},
    until: undefined,
    checkpoints: 'where-they-pay',
    ...options,
  });
  await element('tiny-os', await tinyOsFiles());
  return {
    root,
    store,
    write,
    element,
    request,
    outputDirectory,
    remove: (path) => rm(join(root, path), { recursive: true, force: true }),
    image: (name, elements, extra = 'formats: [tar]') =>
      write(
        `images/${name}/image.yaml`,
        `elements: [${['tiny-os', ...elements].join(', ')}]\nskip-base: true\n${extra}\n`,
      ),
    build: (image, { report, signal, breakPoints, ...options } = {}) =>
      runRigBuild(request(image, options), { ...(report && { report }), signal, breakPoints }),
    start: (image, { wrapper, ...options } = {}) => startRigProcess(request(image, options), wrapper),
    gate: async (name) => {
      const gate = await openHookGate(store, name);
      gates.push(gate);
      return gate;
    },
    leaks: () => findLeaks(root, store),
    cleared: () =>
      until(
        async () => {
          const { mounts, loopDevices, processes } = await findLeaks(root, store);
          return mounts.length + loopDevices.length + processes.length === 0;
        },
        async () => `left behind: ${JSON.stringify(await findLeaks(root, store), null, 2)}`,
      ),
    lockAwaited: () =>
      until(
        () => isLockAwaited(root),
        async () => 'no build waits for a lock',
      ),
    close: async () => {
      for (const gate of gates) gate.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** The hooks that a build ran, in order: `install.d/10-web`. */
export function hooksRun(build: { readonly events: readonly BuildEvent[] }): readonly string[] {
  return build.events.flatMap((event) => (event.type === 'hook-started' ? [event.hook] : []));
}

/** The steps that a build made, with how they were made; restored ones are left out, and so is the disk. */
export function stepsMade(build: {
  readonly events: readonly BuildEvent[];
}): Readonly<Record<string, string>> {
  return Object.fromEntries(
    build.events.flatMap((event) =>
      event.type === 'step-finished' && event.origin !== 'restored' && event.step !== 'image'
        ? [[event.step, event.origin] as const]
        : [],
    ),
  );
}

/** A file of a tar artifact without its last newline, or undefined where the archive has none of that path. */
export async function readFromTar(archive: string, path: string): Promise<string | undefined> {
  const read = await runCommand({ file: 'tar', args: ['-xOf', archive, `./${path}`] });
  return read.ok ? read.stdout : undefined;
}

/** The paths in a tar artifact, without the leading `./`. */
export async function listTar(archive: string): Promise<readonly string[]> {
  const { stdout } = await runCommand({ file: 'tar', args: ['-tf', archive] });
  return stdout
    .split('\n')
    .map((path) => path.replace(/^\.\//, '').replace(/\/$/, ''))
    .filter((path) => path !== '');
}
