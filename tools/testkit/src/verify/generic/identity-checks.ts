import { globTree } from '../../disk/glob-tree.ts';
import type { DiskTree } from '../../disk/open-tree.ts';
import { failed, pass, passUnless, skip, type Check, type Outcome, type Subject } from '../check.ts';
import { passwordState, readAccounts } from '../system/accounts.ts';
import { readMachineId } from '../system/machine-id.ts';

/** Checks that machines made from one image differ where they must, and that nobody can log in by surprise. */
export const identityChecks: readonly Check[] = [
  {
    id: 'ssh-host-keys',
    title: 'no ssh host key is in the image',
    run: ({ tree }) => allAbsent(tree, ['/etc/ssh/ssh_host_*_key', '/etc/ssh/ssh_host_*_key.pub']),
  },
  { id: 'authorized-keys', title: 'no authorized_keys is in the image', run: checkAuthorizedKeys },
  { id: 'machine-id', title: 'the machine id is made at boot', run: checkMachineId },
  {
    id: 'first-boot-state',
    title: 'no state of an earlier boot is in the image',
    run: ({ tree }) =>
      allAbsent(tree, [
        '/var/lib/cloud/instance',
        '/var/lib/cloud/instances/*',
        '/var/lib/systemd/random-seed',
        '/var/lib/dhcp/*.leases',
        '/var/log/journal/*',
      ]),
  },
  { id: 'root-password', title: 'the root password is as asked for', run: checkRootPassword },
  { id: 'empty-passwords', title: 'no account can be used without a password', run: checkEmptyPasswords },
];

/** Passes where no path matches any of the patterns. */
export async function allAbsent(tree: DiskTree, patterns: readonly string[]): Promise<Outcome> {
  const found = await Promise.all(patterns.map((pattern) => globTree(tree, pattern)));
  return passUnless(found.flat().map((path) => `${path} is in the image`));
}

async function checkAuthorizedKeys({ tree, expectations }: Subject): Promise<Outcome> {
  if (expectations.authorizedKeys === 'present') return skip('the definition brings keys');
  const homes = [...(await readAccounts(tree)).values()].map((account) => account.home);
  const patterns = [...new Set([...homes, '/root', '/home/*'])].map(
    (home) => `${home}/.ssh/authorized_keys*`,
  );
  const found = await Promise.all(patterns.map((pattern) => globTree(tree, pattern)));
  const filled: string[] = [];
  for (const path of new Set(found.flat())) {
    if (((await tree.readText(path)) ?? '').trim() !== '') filled.push(`${path} holds keys`);
  }
  return passUnless(filled);
}

async function checkMachineId({ tree }: Subject): Promise<Outcome> {
  const state = await readMachineId(tree);
  if (state === 'set') return failed('/etc/machine-id holds an id, which every machine would share');
  const dbus = await tree.stat('/var/lib/dbus/machine-id');
  if (dbus?.kind === 'file' && dbus.sizeBytes > 0) return failed('/var/lib/dbus/machine-id holds an id');
  return pass(state === 'unset' ? 'empty' : 'absent or uninitialized');
}

async function checkRootPassword({ tree, expectations }: Subject): Promise<Outcome> {
  const root = (await readAccounts(tree)).get('root');
  if (root === undefined) return failed('there is no user root in /etc/passwd');
  const state = passwordState(root);
  const wanted = expectations.rootPassword;
  return state === wanted ? pass(state) : failed(`it is ${state}, but should be ${wanted}`);
}

async function checkEmptyPasswords({ tree }: Subject): Promise<Outcome> {
  const accounts = [...(await readAccounts(tree)).values()];
  return passUnless(
    accounts
      .filter((account) => passwordState(account) === 'open')
      .map((account) => `${account.name} has an empty password`),
  );
}
