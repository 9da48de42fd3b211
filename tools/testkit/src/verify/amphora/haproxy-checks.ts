import { passUnless, type Check, type Outcome, type Subject } from '../check.ts';
import { evaluateQuestion } from '../declared/evaluate-question.ts';
import { readAccounts, readGroups } from '../system/accounts.ts';
import { effectiveSysctl, normaliseValue, readSysctlSettings } from '../system/sysctl-order.ts';
import { readAmphoraFacts } from './amphora-facts.ts';
import { checkLogrotateFile } from './check-logrotate-file.ts';

/** Checks of what HAProxy needs: kernel, settings, certificates, logs. */
export const haproxyChecks: readonly Check[] = [
  { id: 'amphora-kernel-modules', title: 'the kernel has all modules of an amphora', run: checkModules },
  {
    id: 'amphora-sysctl',
    title: 'kernel settings are those of Octavia, whichever file is last',
    run: checkSysctl,
  },
  {
    id: 'amphora-haproxy',
    title: 'HAProxy finds its user, its folder and its ping check',
    run: checkHaproxy,
  },
  {
    id: 'amphora-certs-ramfs',
    title: 'keys are on an encrypted RAM disk before the agent starts',
    run: checkRamDisk,
  },
  { id: 'amphora-logging', title: 'logs reach rsyslog, and are rotated', run: checkLogging },
];

const modules = 'brd dm_crypt xts ip_vs nf_conntrack nf_tables nft_masq nft_ct sctp isofs vfat'.split(' ');

async function checkModules({ tree }: Subject): Promise<Outcome> {
  const { redHat } = await readAmphoraFacts(tree);
  // The Red Hat family has it in a package of seldom used modules, which forbids it at first.
  const names = redHat ? modules.filter((name) => name !== 'sctp') : modules;
  return evaluateQuestion(tree, { kind: 'kernel-module', names });
}

/** What Octavia's haproxy element sets, by key. */
const settings: Readonly<Record<string, string>> = {
  'fs.file-max': '2600000',
  'fs.nr_open': '2600000',
  'net.core.netdev_max_backlog': '100000',
  'net.core.rmem_max': '67108864',
  'net.core.somaxconn': '65534',
  'net.core.wmem_max': '67108864',
  'net.ipv4.ip_local_port_range': '1025 65534',
  'net.ipv4.ip_nonlocal_bind': '1',
  'net.ipv4.ping_group_range': '0 2147483647',
  'net.ipv4.tcp_fin_timeout': '5',
  'net.ipv4.tcp_keepalive_time': '300',
  'net.ipv4.tcp_max_orphans': '5800000',
  'net.ipv4.tcp_max_syn_backlog': '100000',
  'net.ipv4.tcp_max_tw_buckets': '5800000',
  'net.ipv4.tcp_mtu_probing': '1',
  'net.ipv4.tcp_rmem': '4096 87380 33554432',
  'net.ipv4.tcp_synack_retries': '3',
  'net.ipv4.tcp_tw_reuse': '1',
  'net.ipv4.tcp_wmem': '4096 87380 33554432',
  'net.ipv6.ip_nonlocal_bind': '1',
  'net.netfilter.nf_conntrack_tcp_timeout_fin_wait': '5',
  'net.netfilter.nf_conntrack_tcp_timeout_time_wait': '5',
};

async function checkSysctl({ tree }: Subject): Promise<Outcome> {
  const found = await readSysctlSettings(tree);
  const problems = Object.entries(settings).flatMap(([key, wanted]) => {
    const setting = effectiveSysctl(found, key);
    if (setting === undefined) return [`no file sets ${key}`];
    return setting.value === normaliseValue(wanted)
      ? []
      : [`${setting.file} sets ${key} to '${setting.value}' instead of '${wanted}'`];
  });
  return passUnless(problems, `${Object.keys(settings).length} settings`);
}

async function checkHaproxy({ tree }: Subject): Promise<Outcome> {
  const problems: string[] = [];
  if (!(await readAccounts(tree)).has('haproxy')) problems.push("no user 'haproxy'");
  const home = await tree.statTarget('/var/lib/haproxy');
  if (home?.kind !== 'directory' || home.mode !== 0o755)
    problems.push('/var/lib/haproxy is no directory of mode 0755');
  const snippet = '/var/lib/octavia/haproxy-default-user-group.conf';
  const group = /^global\n(?:\s+user \S+\n)?\s+group (?<group>\S+)\s*$/u.exec(
    (await tree.readText(snippet)) ?? '',
  )?.groups?.['group'];
  if (group === undefined) problems.push(`${snippet} is no section 'global' with a group`);
  else if (![...(await readGroups(tree)).values()].includes(group))
    problems.push(`${snippet} names the group '${group}', which does not exist`);
  const ping = await tree.statTarget('/var/lib/octavia/ping-wrapper.sh');
  if (ping?.mode !== 0o755) problems.push('/var/lib/octavia/ping-wrapper.sh is no file of mode 0755');
  return passUnless(problems);
}

async function checkRamDisk({ tree }: Subject): Promise<Outcome> {
  const script = '/usr/local/bin/certfs-ramfs';
  const unitFile = '/usr/lib/systemd/system/certs-ramfs.service';
  const problems: string[] = [];
  const entry = await tree.statTarget(script);
  if (entry === undefined) problems.push(`${script} is absent`);
  else if ((entry.mode & 0o111) === 0) problems.push(`${script} is not executable`);
  // LUKS2 asks for more memory than a small amphora has.
  else if (!/luks1/u.test((await tree.readText(script)) ?? ''))
    problems.push(`${script} does not ask for luks1`);
  const unit = await tree.readText(unitFile);
  if (unit === undefined) problems.push(`${unitFile} is absent`);
  else {
    if (!/^Before=.*\b(?:amphora|octavia)-agent\.service/mu.test(unit))
      problems.push(`${unitFile} is not ordered before the agent`);
    if (!/^(?:WantedBy|RequiredBy)=.*-agent\.service/mu.test(unit))
      problems.push(`${unitFile} is not installed into the agent's unit`);
  }
  return passUnless(problems);
}

const logFiles = ['/etc/rsyslog.d/55-octavia-socket.conf', '/etc/rsyslog.d/49-haproxy.conf'];

async function checkLogging({ tree }: Subject): Promise<Outcome> {
  const problems: string[] = [];
  for (const file of logFiles) {
    if (((await tree.readText(file)) ?? '').trim() === '') problems.push(`${file} is absent or empty`);
  }
  for (const name of (await tree.list('/etc/logrotate.d')) ?? []) {
    const file = `/etc/logrotate.d/${name}`;
    problems.push(
      ...checkLogrotateFile((await tree.readText(file)) ?? '').map((problem) => `${file}: ${problem}`),
    );
  }
  return passUnless(problems);
}
