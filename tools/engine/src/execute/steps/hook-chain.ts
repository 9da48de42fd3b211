import { posix } from 'node:path';
import type { HookFile } from '../../elements/merge-hooks.ts';
import { hooksOfPhase } from '../../elements/order-hooks.ts';
import { digestOf, type Key } from '../../fingerprint/digest.ts';
import { keyOf, type KeyRecord } from '../../fingerprint/key-record.ts';
import type { HookChange, LayerRecord } from '../../layers/layer-record.ts';
import type { StepPlan } from '../../plan/build-plan.ts';
import { describe } from '../../plan/plan-step.ts';
import type { Phase } from '../../util/phase.ts';
import { describeMount, findsMounts } from './left-mounts.ts';

/** One hook of a step in its place, with the key of the state after it. */
export interface ChainLink {
  readonly phase: Phase;
  readonly hook: HookFile;
  /** Of everything that led to the state after this hook; holds nothing of later hooks or of the image's name. */
  readonly stateKey: Key;
}

/** A step bound to the layers below it: its hooks in order, and its key with the record behind it. */
export interface HookChain {
  readonly links: readonly ChainLink[];
  readonly record: KeyRecord;
  readonly key: Key;
}

/** Raised when the same inputs would give another result, because Kiln itself works differently. */
const engineVersion = '2';

/** Chains a step's hooks: each key is made of the one before it and the hook, so a changed hook leaves the keys before it alone. */
export function chainHooks(step: StepPlan, below: LayerRecord): HookChain {
  const files = applyHookChanges(step.hooksDirectory, below.hooks?.changes ?? []);
  const inputs: Record<string, string> = { ...step.inputs, engine: engineVersion };
  below.layers.forEach((layer, index) => (inputs[`layer ${index}`] = layer.digest));
  if (findsMounts(step.name))
    for (const mount of below.mounts ?? []) inputs[`mount ${mount.path}`] = describeMount(mount);
  for (const [name, value] of Object.entries(below.printed ?? {})) inputs[`environment ${name}`] = value;
  if (below.hooks !== null) inputs['hooks changed by extra-data'] = below.hooks.digest;
  // The definition's packages are installed after the last hook.
  const { packages: _later, ...before } = inputs;
  let stateKey = keyOf({ version: 1, inputs: before });
  const links: ChainLink[] = [];
  for (const phase of step.phases) {
    for (const hook of hooksOfPhase(files, phase)) {
      const name = `hook ${hook.path}`;
      inputs[name] = describe(hook);
      stateKey = keyOf({ version: 1, inputs: { before: stateKey, [name]: describe(hook) } });
      links.push({ phase, hook, stateKey });
    }
  }
  const record: KeyRecord = { version: 1, inputs };
  return { links, record, key: keyOf(record) };
}

/** The hooks directory as extra-data hooks left it. */
export function applyHookChanges(
  files: readonly HookFile[],
  changes: readonly HookChange[],
): readonly HookFile[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  for (const change of changes) {
    if (change.kind === 'removed') {
      byPath.delete(change.path);
      continue;
    }
    const content = Buffer.from(change.target ?? '');
    byPath.set(change.path, {
      path: change.path,
      mode: change.mode,
      kind: change.kind,
      content,
      digest: digestOf(content),
      element: elementBehind(change, files),
    });
  }
  return [...byPath.values()];
}

/** A link that an install type made belongs to the element of the hook that it leads to. */
function elementBehind(change: HookChange, files: readonly HookFile[]): string {
  const target = posix.normalize(posix.join(posix.dirname(change.path), change.target ?? ''));
  const absolute = change.target?.split('/hooks/')[1];
  return files.find((file) => file.path === target || file.path === absolute)?.element ?? 'extra-data';
}
