import { globTree } from '../../disk/glob-tree.ts';
import type { DiskTree } from '../../disk/open-tree.ts';
import { passUnless, skip, type Check, type Outcome, type Subject } from '../check.ts';
import { isInstalled } from '../system/dpkg-status.ts';
import { readInstalledPackages } from '../system/installed-packages.ts';
import { isForRecovery, readBootEntries } from '../system/kernel-command-lines.ts';
import { readUnitState } from '../system/unit-state.ts';
import { readAmphoraFacts } from './amphora-facts.ts';

/** Checks of how an amphora is reached and configured: names, addresses, cloud-init, ssh, and its variants. */
export const accessChecks: readonly Check[] = [
  { id: 'amphora-names', title: 'no names are looked up by DNS', run: checkNames },
  {
    id: 'amphora-interfaces',
    title: 'network interfaces are left to cloud-init and the agent',
    run: checkInterfaces,
  },
  { id: 'amphora-datasources', title: 'cloud-init looks at the config drive alone', run: checkDatasources },
  {
    id: 'amphora-ssh',
    title: 'the SSH server listens on the management address alone, and asks for keys',
    run: checkSsh,
  },
  { id: 'amphora-boot-menu', title: 'the boot menu does not wait', run: checkBootMenu },
  { id: 'amphora-cpu-pinning', title: 'CPUs are reserved as a whole or not at all', run: checkPinning },
  { id: 'amphora-selinux', title: 'SELinux has a mode', run: checkSelinux },
];

async function checkNames({ tree }: Subject): Promise<Outcome> {
  const problems: string[] = [];
  const resolver = ((await tree.readText('/etc/resolv.conf')) ?? '').trim();
  if (resolver !== 'nameserver 127.0.0.1')
    problems.push(
      `/etc/resolv.conf is not 'nameserver 127.0.0.1'; it begins with '${resolver.slice(0, 60)}'`,
    );
  const hosts = /^hosts:.*$/mu.exec((await tree.readText('/etc/nsswitch.conf')) ?? '')?.[0];
  if (hosts === undefined) problems.push('/etc/nsswitch.conf has no line for hosts');
  else if (/\bdns\b/u.test(hosts)) problems.push(`/etc/nsswitch.conf: ${hosts}`);
  const { redHat } = await readAmphoraFacts(tree);
  const hook = redHat ? '/etc/dhcp/dhclient-enter-hooks' : '/etc/dhcp/dhclient-enter-hooks.d/noresolvconf';
  if (!/make_resolv_conf/u.test((await tree.readText(hook)) ?? ''))
    problems.push(`${hook} does not keep dhclient from /etc/resolv.conf`);
  // dhclient sources files of a folder only if they are executable.
  else if (!redHat && (((await tree.statTarget(hook))?.mode ?? 0) & 0o111) === 0)
    problems.push(`${hook} is not executable`);
  return passUnless(problems);
}

async function checkInterfaces({ tree }: Subject): Promise<Outcome> {
  const defined = await globTree(tree, '/etc/network/interfaces.d/*');
  const problems = defined.map((path) => `${path} is in the image`);
  for (const [file, wanted] of [
    ['/etc/NetworkManager/conf.d/dns-none.conf', 'dns=none'],
    ['/etc/NetworkManager/conf.d/no-auto-default.conf', 'no-auto-default='],
  ] as const) {
    if (!((await tree.readText(file)) ?? '').includes(wanted))
      problems.push(`${file} does not say ${wanted}`);
  }
  return passUnless(problems);
}

async function checkDatasources({ tree, expectations }: Subject): Promise<Outcome> {
  const wanted = [
    ...wordsOf(expectations.environment['DIB_CLOUD_INIT_DATASOURCES'] ?? 'ConfigDrive'),
    'None',
  ];
  const found = await effectiveDatasources(tree);
  if (found === undefined) return passUnless(['no file sets datasource_list']);
  const list = found.names.join(', ');
  return passUnless(
    new Set(found.names).symmetricDifference(new Set(wanted)).size === 0
      ? []
      : [`${found.file} has [${list}] instead of [${wanted.join(', ')}]`],
    list,
  );
}

/** The last file in byte order wins (cloud-init: `cloud.cfg.d`). */
async function effectiveDatasources(
  tree: DiskTree,
): Promise<{ readonly file: string; readonly names: readonly string[] } | undefined> {
  const folder = '/etc/cloud/cloud.cfg.d';
  const names = ((await tree.list(folder)) ?? []).filter((name) => name.endsWith('.cfg'));
  for (const file of ['/etc/cloud/cloud.cfg', ...names.map((name) => `${folder}/${name}`)].toReversed()) {
    const list = /^datasource_list:\s*\[(?<list>[^\]]*)\]/mu.exec((await tree.readText(file)) ?? '')
      ?.groups?.['list'];
    if (list !== undefined) return { file, names: wordsOf(list) };
  }
  return undefined;
}

function wordsOf(list: string): readonly string[] {
  return list.split(/[\s,]+/u).filter((word) => word !== '');
}

/** Upstream's hook is for `enter`, Kiln's for `exit`. */
const rebindHooks = '/etc/dhcp/dhclient-{enter,exit}-hooks.d/rebind-sshd';

const noRootLogin = /^\s*(?:PermitRootLogin|PermitEmptyPasswords)\s+yes\b/gimu;

/** The Red Hat family ships a configuration that takes passwords, and leaves it to cloud-init to forbid them. */
const noPasswords = /^\s*(?:PermitRootLogin|PermitEmptyPasswords|PasswordAuthentication)\s+yes\b/gimu;

async function checkSsh({ tree, expectations }: Subject): Promise<Outcome> {
  const { sshServer, redHat } = await readAmphoraFacts(tree);
  if (!sshServer) return skip('there is no SSH server');
  if (expectations.environment['DIB_OCTAVIA_AMP_USE_SSH'] === 'False')
    return passUnless(['there is an SSH server, but none was asked for']);
  const problems: string[] = [];
  const hooks = await globTree(tree, rebindHooks);
  if (hooks.length === 0 && !redHat) problems.push(`no ${rebindHooks}`);
  for (const hook of hooks) {
    const entry = await tree.statTarget(hook);
    if (((entry?.mode ?? 0) & 0o111) === 0) problems.push(`${hook} is not executable`);
  }
  if (expectations.rootPassword === 'locked') {
    const files = ['/etc/ssh/sshd_config', ...(await globTree(tree, '/etc/ssh/sshd_config.d/*.conf'))];
    for (const file of files) {
      for (const [line] of ((await tree.readText(file)) ?? '').matchAll(redHat ? noRootLogin : noPasswords))
        problems.push(`${file}: ${line.trim()}`);
    }
  }
  return passUnless(problems);
}

async function checkBootMenu({ tree, expectations }: Subject): Promise<Outcome> {
  const wanted = expectations.environment['DIB_GRUB_TIMEOUT'] ?? '0';
  const text = (await tree.readText('/boot/grub/grub.cfg')) ?? (await tree.readText('/boot/grub2/grub.cfg'));
  if (text === undefined) return skip('there is no grub.cfg');
  const timeouts = [...text.matchAll(/^\s*set timeout=(?<seconds>\S+)/gmu)].map(
    (match) => match.groups?.['seconds'] ?? '',
  );
  return passUnless(
    timeouts.includes(wanted) || timeouts.length === 0
      ? []
      : [`grub.cfg waits for ${timeouts.join(' or ')} seconds instead of ${wanted}`],
  );
}

async function checkPinning({ tree }: Subject): Promise<Outcome> {
  const { pinned } = await readAmphoraFacts(tree);
  const entries = (await readBootEntries(tree)).filter((entry) => !isForRecovery(entry));
  const isolating = entries.filter(({ commandLine }) => /\bisolcpus=/u.test(commandLine));
  if (!pinned && isolating.length === 0) return skip('no CPUs are reserved');
  const problems: string[] = [];
  if (!pinned) problems.push('the kernel isolates CPUs, but there is no profile of tuned for it');
  if (isolating.length < entries.length) problems.push('not every boot entry isolates CPUs');
  const tuned = await readUnitState(tree, 'tuned.service');
  if (tuned.state !== 'enabled') problems.push(`tuned.service is ${tuned.state} (${tuned.by})`);
  if (isInstalled((await readInstalledPackages(tree))?.get('irqbalance')))
    problems.push('irqbalance would spread interrupts over the reserved CPUs');
  return passUnless(problems);
}

async function checkSelinux({ tree }: Subject): Promise<Outcome> {
  const { redHat } = await readAmphoraFacts(tree);
  if (!redHat) return skip('not of the Red Hat family');
  const mode = /^SELINUX=(?<mode>\w+)/mu.exec((await tree.readText('/etc/selinux/config')) ?? '')?.groups?.[
    'mode'
  ];
  return passUnless(
    mode === 'enforcing' || mode === 'permissive' ? [] : [`/etc/selinux/config: ${mode ?? 'absent'}`],
    mode ?? '',
  );
}
