import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { WrittenArea } from '../../block-device/writing/free-areas.ts';
import type { Key } from '../../fingerprint/digest.ts';
import type {
  BlobReference,
  HookChange,
  HookChanges,
  KeptMount,
  LayerRecord,
  ShownDisk,
} from '../../layers/layer-record.ts';
import { packLayer, upperOf } from '../../layers/pack-layer.ts';
import { sandboxPaths } from '../../plan/hook-environment.ts';
import { sandboxRoot, type Sandbox } from '../../sandbox/open-sandbox.ts';
import { leavesMounts } from './left-mounts.ts';
import type { PrintedVariables } from './printed-variables.ts';
import type { StepRun } from './step-run.ts';
import type { Workbench } from '../workbench.ts';

/** What a step leaves beside its upper folder. */
export interface StepEnd {
  /** The work folder, as the host sees it. */
  readonly folder: string;
  readonly sealed: readonly BlobReference[];
  /** What hooks left mounted. */
  readonly mounts: readonly KeptMount[];
  readonly printed: PrintedVariables;
  /** Of the disk that its hooks were shown. */
  readonly shown: { readonly seed: Key; readonly areas: readonly WrittenArea[] } | undefined;
}

/** Packs what a step changed since its last sealed layer and binds it to the step's key. The mounts over the upper folders are gone by now. */
export async function commitStep(
  bench: Workbench,
  sandbox: Sandbox,
  run: StepRun,
  { folder, sealed, mounts, printed, shown }: StepEnd,
): Promise<LayerRecord> {
  const { name } = run.step;
  const pack = async (source: string, label: string): Promise<BlobReference> => {
    const file = `${label}.erofs`;
    await packLayer(sandbox.run, source, {
      file: `${sandboxRoot}/${file}`,
      epochSeconds: run.plan.epochSeconds,
    });
    const { digest, sizeBytes } = await bench.store.commitFile(
      `blob ${label} ${run.chain.key}`,
      join(folder, file),
      null,
    );
    return { digest, sizeBytes };
  };
  const layer = await pack(upperOf('mnt'), 'layer');
  const hooks = name === 'extra-data' ? await packHookChanges(sandbox, pack) : run.below.hooks;
  const hasOutputs = (await readdir(join(folder, 'outputs'))).length > 0;
  const outputs = hasOutputs ? await pack(sandboxPaths.outputs, 'outputs') : null;
  const layers = [...run.below.layers, ...sealed, layer];
  const disk = shown === undefined ? {} : { disk: await keepShownDisk(bench, run, shown) };
  const said = Object.keys(printed).length > 0 ? { printed } : {};
  const left = leavesMounts(name) && mounts.length > 0 ? { mounts } : {};
  return { formatVersion: 1, step: name, layers, hooks, outputs, ...disk, ...left, ...said };
}

async function keepShownDisk(
  bench: Workbench,
  run: StepRun,
  { seed, areas }: NonNullable<StepEnd['shown']>,
): Promise<ShownDisk> {
  if (areas.length === 0) return { seed, areas: null };
  const key = `blob areas ${run.chain.key}`;
  const { digest, sizeBytes } = await bench.store.commitBytes(key, Buffer.from(JSON.stringify(areas)), null);
  return { seed, areas: { digest, sizeBytes } };
}

async function packHookChanges(
  sandbox: Sandbox,
  pack: (source: string, label: string) => Promise<BlobReference>,
): Promise<HookChanges | null> {
  await sandbox.run(['umount', sandboxPaths.hooks]);
  const changes = await listTree(sandbox, upperOf('hooks'));
  if (changes.length === 0) return null;
  return { ...(await pack(upperOf('hooks'), 'hooks')), changes };
}

/** Files and links below a folder, in byte order; a whiteout of overlayfs is a file that was removed. */
async function listTree(sandbox: Sandbox, folder: string): Promise<readonly HookChange[]> {
  const listed = await sandbox.run([
    'find',
    folder,
    '-mindepth',
    '1',
    '!',
    '-type',
    'd',
    '-printf',
    '%y\\t%m\\t%P\\t%l\\0',
  ]);
  return listed.stdout
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry): HookChange => {
      const [type = '', mode = '', path = '', target = ''] = entry.split('\t');
      const kind = type === 'c' ? 'removed' : type === 'l' ? 'symlink' : 'file';
      return { path, kind, mode: Number.parseInt(mode, 8), ...(kind === 'symlink' ? { target } : {}) };
    })
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}
