import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../../diagnostics/failure.ts';
import type { Element } from '../../elements/element.ts';
import { maskSecrets } from '../../elements/mask-secrets.ts';
import type { HookFile } from '../../elements/merge-hooks.ts';
import { digestOf } from '../../fingerprint/digest.ts';
import {
  type ElementRequests,
  gatherRequests,
  type IndexRequest,
  type LockRequest,
  lockRequestSchema,
} from '../../lock/lock-request.ts';
import { sandboxPaths } from '../../plan/hook-environment.ts';
import type { LockPlan } from '../../plan/plan-lock.ts';
import { lockFolder } from '../../plan/visible-files.ts';
import type { Sandbox } from '../../sandbox/open-sandbox.ts';
import { withoutPassword } from '../../util/without-password.ts';
import { hostHookPath } from '../steps/hook-places.ts';
import { sourceEnvironment } from '../steps/run-hooks.ts';
import type { Workbench } from '../workbench.ts';
import { withHooks } from '../steps/with-hooks.ts';

/**
 * Runs the scripts in `lock.d` and returns what they ask for, each thing once, in order.
 *
 * Answers are kept in the content store, because they cost a few processes and are wanted at every build; they hold for
 * this host only, so `plan.key` contains what the scripts look at.
 */
export async function askElements(
  bench: Workbench,
  plan: LockPlan,
  take: 'kept answers' | 'fresh answers' = 'kept answers',
): Promise<ElementRequests> {
  const key = `element requests ${plan.key}`;
  const kept = take === 'kept answers' ? await bench.store.find<ElementRequests>(key) : undefined;
  if (kept !== undefined) return kept.metadata;
  const requests = await runScripts(bench, plan);
  // A password in a location is not for keeping.
  if (isPublic(requests)) await bench.store.commitBytes(key, Buffer.from(JSON.stringify(requests)), requests);
  return requests;
}

function isPublic({ lockable, packageIndexes }: ElementRequests): boolean {
  const locations = lockable.map((request) => (request.kind === 'apt' ? request.url : request.location));
  return [...locations, ...packageIndexes].every((location) => withoutPassword(location) === location);
}

async function runScripts(bench: Workbench, plan: LockPlan): Promise<ElementRequests> {
  return withHooks(bench, plan.hooksDirectory, async (sandbox) => {
    const env = await sourceEnvironment(sandbox, 'root', {
      files: plan.hooksDirectory,
      variables: plan.environment,
      secrets: plan.secrets,
    });
    const masked = maskSecrets(env, plan.secrets);
    const answers: Answer[] = [];
    for (const script of plan.scripts) answers.push(...(await runScript(sandbox, script, { env, masked })));
    return gatherRequests(answers);
  });
}

type Answer = LockRequest | IndexRequest;

async function runScript(
  sandbox: Sandbox,
  script: HookFile,
  {
    env,
    masked,
  }: {
    readonly env: Readonly<Record<string, string>>;
    readonly masked: (line: string) => string;
  },
): Promise<readonly Answer[]> {
  const command = ['env', '-C', sandboxPaths.outputs, `${sandboxPaths.hooks}/${script.path}`] as const;
  const result = await sandbox.run(command, { env: { ...env, PATH: hostHookPath }, allowFailure: true });
  const problem = (reason: string, lastLines: readonly string[]): never =>
    fail({
      code: 'lock-script-failed',
      element: script.element,
      script: script.path,
      reason,
      lastLines: lastLines.map(masked),
    });
  if (!result.ok) return problem(result.status, result.stderr.trim().split('\n').slice(-20));
  return result.stdout
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line): Answer => {
      const parsed = lockRequestSchema.safeParse(parseJson(line));
      if (parsed.success) return parsed.data;
      const [issue] = parsed.error.issues;
      return problem(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`, [line]);
    });
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/**
 * What the scripts in `lock.d` look at on this host (`lock: host-files` in element.yaml), by path. A folder counts by the names, sizes
 * and times of what is in it: this is for answers that never leave the host.
 */
export async function readLockFacts(
  elements: readonly Element[],
  variables: Readonly<Record<string, string | undefined>>,
): Promise<Readonly<Record<string, string>>> {
  const facts: Record<string, string> = {};
  for (const { declarations, files } of elements) {
    if (!files.some((file) => file.path.startsWith(`${lockFolder}/`))) continue;
    for (const path of declarations.lockHostFiles) {
      const named = path.startsWith('$') ? variables[path.slice(1)] : path;
      facts[path] = named === undefined ? 'absent' : await glance(named);
    }
  }
  return facts;
}

async function glance(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return 'absent';
  if (!found.isDirectory()) return `${found.size} ${found.mtimeMs}`;
  const lines: string[] = [];
  for (const name of (await readdir(path)).toSorted()) {
    const entry = await stat(join(path, name)).catch(() => undefined);
    if (entry?.isFile() === true) lines.push(`${name} ${entry.size} ${entry.mtimeMs}`);
  }
  return digestOf(lines.join('\n'));
}
