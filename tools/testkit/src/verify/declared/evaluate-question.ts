import { failed, pass, passUnless, skip, type Outcome } from '../check.ts';
import { globTree } from '../../disk/glob-tree.ts';
import type { DiskTree } from '../../disk/open-tree.ts';
import { readAccounts } from '../system/accounts.ts';
import { isInstalled } from '../system/dpkg-status.ts';
import { readInstalledPackages } from '../system/installed-packages.ts';
import { isForRecovery, readBootEntries } from '../system/kernel-command-lines.ts';
import { findKernels, moduleName, readModuleNames } from '../system/kernels.ts';
import { effectiveSysctl, normaliseValue, readSysctlSettings } from '../system/sysctl-order.ts';
import { readUnitState } from '../system/unit-state.ts';
import type { Question } from './declared-check.ts';
import { evaluateFile } from './evaluate-file.ts';

/** Answers one question of a `verify.yaml` from the files of an image. */
export async function evaluateQuestion(tree: DiskTree, question: Question): Promise<Outcome> {
  switch (question.kind) {
    case 'file':
      return evaluateFile(tree, question);
    case 'packages':
    case 'packages-absent':
      return evaluatePackages(tree, question.names, question.kind);
    case 'unit-enabled':
    case 'unit-disabled':
      return evaluateUnits(tree, question.names, question.kind);
    case 'glob-absent': {
      const found = await Promise.all(question.names.map((pattern) => globTree(tree, pattern)));
      return passUnless(found.flat().map((path) => `${path} is in the image`));
    }
    case 'sysctl':
      return evaluateSysctl(tree, question.key, question.value);
    case 'kernel-module':
      return evaluateModules(tree, question.names);
    case 'user': {
      const accounts = await readAccounts(tree);
      return passUnless(
        question.names.filter((name) => !accounts.has(name)).map((name) => `no user '${name}'`),
      );
    }
    case 'command-line':
      return evaluateCommandLine(tree, question.names);
  }
}

async function evaluatePackages(
  tree: DiskTree,
  names: readonly string[],
  wanted: 'packages' | 'packages-absent',
): Promise<Outcome> {
  const packages = await readInstalledPackages(tree);
  if (packages === undefined) {
    return (await tree.exists('/var/lib/rpm')) || (await tree.exists('/usr/lib/sysimage/rpm'))
      ? skip('rpm’s database is not in SQLite, the one form that is read offline')
      : failed('there is no database of dpkg or rpm');
  }
  const states = names.map((name) => ({ name, state: packages.get(name) }));
  if (wanted === 'packages-absent') {
    // Configuration files that a removed package left do no harm.
    const present = states.filter(
      ({ state }) => state !== undefined && !/deinstall|not-installed|config-files/u.test(state.status),
    );
    return passUnless(present.map(({ name, state }) => `${name} ${state?.version} is in the image`));
  }
  const missing = states.filter(({ state }) => !isInstalled(state));
  return passUnless(
    missing.map(({ name, state }) => `${name}: ${state?.status ?? 'not in the image'}`),
    states.map(({ name, state }) => `${name} ${state?.version}`).join(', '),
  );
}

async function evaluateUnits(
  tree: DiskTree,
  names: readonly string[],
  wanted: 'unit-enabled' | 'unit-disabled',
): Promise<Outcome> {
  const states = await Promise.all(
    names.map(async (name) => {
      const unit = /\.\w+$/u.test(name) ? name : `${name}.service`;
      return { unit, ...(await readUnitState(tree, unit)) };
    }),
  );
  const wrong = states.filter(({ state }) => (state === 'enabled') !== (wanted === 'unit-enabled'));
  return passUnless(
    wrong.map(({ unit, state, by }) => `${unit} is ${state} (${by})`),
    states.map(({ unit, by }) => `${unit}: ${by}`).join('; '),
  );
}

async function evaluateSysctl(tree: DiskTree, key: string, wanted: string): Promise<Outcome> {
  const setting = effectiveSysctl(await readSysctlSettings(tree), key);
  if (setting === undefined) return failed(`no file sets ${key}`);
  if (setting.value === normaliseValue(wanted)) return pass(`by ${setting.file}`);
  return failed(`${setting.file} sets it to '${setting.value}'`);
}

async function evaluateModules(tree: DiskTree, names: readonly string[]): Promise<Outcome> {
  const kernels = await findKernels(tree);
  if (kernels.length === 0) return failed('the image has no kernel');
  const problems: string[] = [];
  for (const kernel of kernels) {
    const known = await readModuleNames(tree, kernel);
    for (const name of names) {
      if (!known.has(moduleName(name))) problems.push(`kernel ${kernel.version} has no module ${name}`);
    }
  }
  return passUnless(problems);
}

async function evaluateCommandLine(tree: DiskTree, texts: readonly string[]): Promise<Outcome> {
  const entries = (await readBootEntries(tree)).filter((entry) => !isForRecovery(entry));
  if (entries.length === 0) return failed('no boot entry was found');
  const problems = entries.flatMap((entry) =>
    texts
      .filter((text) => !` ${entry.commandLine} `.includes(` ${text} `))
      .map((text) => `${entry.file}: '${text}' is not on the command line '${entry.commandLine}'`),
  );
  return passUnless([...new Set(problems)]);
}
