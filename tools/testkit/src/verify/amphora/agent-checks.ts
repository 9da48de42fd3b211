import { globTree } from '../../disk/glob-tree.ts';
import type { DiskTree } from '../../disk/open-tree.ts';
import { failed, pass, passUnless, type Check, type Outcome, type Subject } from '../check.ts';
import { evaluateQuestion } from '../declared/evaluate-question.ts';
import { readUnitState } from '../system/unit-state.ts';
import { isOfRedHatFamily, type PackageMap, packagesOn } from '../system/package-names.ts';
import { readSystemName } from '../system/system-name.ts';
import { readInstalledPackages } from '../system/installed-packages.ts';
import { agentEnvironment, readAmphoraFacts } from './amphora-facts.ts';

/** Checks of the agent: its program, its packages, its folders, its units. */
export const agentChecks: readonly Check[] = [
  { id: 'amphora-agent', title: 'the amphora has its agent, and nothing it was made from', run: checkAgent },
  {
    id: 'amphora-packages',
    title: 'HAProxy and all packages of an amphora are installed',
    run: checkPackages,
  },
  { id: 'amphora-build-tools', title: 'no compiler, no headers, no firewall', run: checkBuildTools },
  { id: 'amphora-configuration', title: 'no configuration and no key is baked in', run: checkConfiguration },
  { id: 'amphora-units', title: 'the amphora starts its services, and no others', run: checkUnits },
];

/** Commands of the agent that its units and Octavia's templates call by these paths. */
const linkedPrograms = ['amphora-agent', 'amphora-health-checker'];

/** The same, in the releases that have them. */
const youngerPrograms = ['amphora-interface', 'prometheus-proxy'];

const agentMetadata = `${agentEnvironment}/lib/python3*/site-packages/octavia-*.{dist,egg}-info`;

/** Whether the agent's release has a program, as its own metadata says; where they do not tell, it should. */
async function releaseHas(tree: DiskTree, name: string): Promise<boolean> {
  const [metadata] = await globTree(tree, agentMetadata);
  const entryPoints = await tree.readText(`${metadata ?? ''}/entry_points.txt`);
  return entryPoints === undefined || new RegExp(`^${name} *=`, 'mu').test(entryPoints);
}

async function checkAgent({ tree }: Subject): Promise<Outcome> {
  const { agent, program } = await readAmphoraFacts(tree);
  if (agent === undefined)
    return failed(`neither /usr/bin/amphora-agent nor ${agentEnvironment} is in the image`);
  const entry = await tree.statTarget(program);
  const problems: string[] = [];
  if (entry === undefined) problems.push(`${program} is absent`);
  else if ((entry.mode & 0o111) === 0) problems.push(`${program} is not executable`);
  if (await tree.exists('/opt/amphora-agent'))
    problems.push('/opt/amphora-agent, its sources, is in the image');
  if (agent === 'package') return passUnless(problems, 'from a package');
  const origin = await checkOrigin(tree);
  if (origin.status === 'fail') problems.push(origin.detail);
  problems.push(...(await programProblems(tree)));
  return passUnless(problems, `from source, ${origin.detail}`);
}

async function programProblems(tree: DiskTree): Promise<readonly string[]> {
  const problems: string[] = [];
  const expected = [...linkedPrograms];
  for (const name of youngerPrograms) if (await releaseHas(tree, name)) expected.push(name);
  for (const path of [
    `${agentEnvironment}/bin/python3`,
    ...expected.map((name) => `/usr/local/bin/${name}`),
  ]) {
    if ((await tree.statTarget(path)) === undefined) problems.push(`${path} leads nowhere`);
  }
  // The name says what it checks, and has changed over the releases.
  if ((await globTree(tree, '/usr/local/bin/haproxy-vrrp-*')).length === 0)
    problems.push('there is no /usr/local/bin/haproxy-vrrp-*');
  return problems;
}

/** Which agent it is: the commit that the build noted, or, where the sources were a tarball, the version of it. */
async function checkOrigin(tree: DiskTree): Promise<Outcome> {
  const [installed] = await globTree(tree, agentMetadata);
  if (installed === undefined) return failed(`no octavia is installed in ${agentEnvironment}`);
  const revision = await tree.readText('/opt/amphora-agent.gitref');
  const commit = /^[0-9a-f]{40}$/mu.exec(revision ?? '')?.[0];
  if (commit !== undefined) return pass(`commit ${commit}`);
  if (revision !== undefined) return failed('/opt/amphora-agent.gitref holds no commit');
  const version =
    /octavia-(?<version>[^/]+?)(?:-py[\d.]+)?\.\w+-info$/u.exec(installed)?.groups?.['version'] ?? '';
  return version === '0.0.0'
    ? failed('neither /opt/amphora-agent.gitref nor a version tells which agent it is')
    : pass(`version ${version}`);
}

const required = (
  'haproxy keepalived ipvsadm cryptsetup cloud-init python3 rsyslog logrotate ' +
  'acl cron curl ethtool iproute2 iptables iputils-ping lsof net-tools netbase psmisc socat vlan'
).split(' ');

/** What the Red Hat family calls them; iptables is a package of one of several implementations there, and the rest is none of its own. */
const redHatNames: PackageMap = {
  default: {
    cron: 'cronie',
    iproute2: 'iproute',
    iptables: '',
    'iputils-ping': 'iputils',
    netbase: '',
    vlan: '',
  },
};

async function checkPackages({ tree, expectations }: Subject): Promise<Outcome> {
  const nftables = expectations.environment['DIB_OCTAVIA_AMP_USE_NFTABLES'] === 'False' ? [] : ['nftables'];
  const system = await readSystemName(tree);
  const map = isOfRedHatFamily(system.distribution) ? redHatNames : {};
  return evaluateQuestion(tree, {
    kind: 'packages',
    names: packagesOn(map, [...required, ...nftables], system),
  });
}

/** Of a compiler, the package alone would be missed: gcc-12 is one, too. What is for developers says so at its end. */
const buildTools =
  /^(?:firewalld|build-essential|make|git|git-man|dkms|binutils|(?:gcc|g\+\+|cpp)(?:-\d+)?(?:-.*-linux-gnu)?|gcc-c\+\+|(?:linux|kernel)-headers.*|kernel-devel.*|.*-dev|.*-devel)$/u;

async function checkBuildTools({ tree }: Subject): Promise<Outcome> {
  const packages = await readInstalledPackages(tree);
  const found = [...(packages ?? [])].filter(
    ([name, { status }]) => buildTools.test(name) && status === 'install ok installed',
  );
  const programs = await globTree(tree, '/usr/bin/{gcc,cc,make,g++}');
  return passUnless([
    ...found.map(([name, { version }]) => `${name} ${version} is in the image`),
    ...(found.length > 0 ? [] : programs.map((path) => `${path} is in the image`)),
  ]);
}

async function checkConfiguration({ tree }: Subject): Promise<Outcome> {
  const problems: string[] = [];
  for (const folder of ['/etc/octavia', '/etc/octavia/certs', '/var/lib/octavia']) {
    if ((await tree.statTarget(folder))?.kind !== 'directory') problems.push(`${folder} is no directory`);
  }
  for (const pattern of [
    '/etc/octavia/amphora-agent.conf',
    '/etc/octavia/certs/*',
    '/var/lib/octavia/certs/*',
  ]) {
    for (const path of await globTree(tree, pattern)) problems.push(`${path} is in the image`);
  }
  return passUnless(problems);
}

/** A service by the names of its unit: Octavia's, and that of Debian's packages. */
interface Service {
  readonly names: readonly string[];
  /** What the release of the agent has, where not all do. */
  readonly program?: string;
}

const services: readonly Service[] = [
  { names: ['amphora-agent.service', 'octavia-agent.service'] },
  { names: ['prometheus-proxy.service'], program: 'prometheus-proxy' },
  { names: ['certs-ramfs.service', 'octavia-agent-certs-ramfs.service'] },
];

async function checkUnits({ tree }: Subject): Promise<Outcome> {
  const problems: string[] = [];
  const fromSource = (await readAmphoraFacts(tree)).agent === 'source';
  for (const { names, program } of services) {
    if (fromSource && program !== undefined && !(await releaseHas(tree, program))) continue;
    const states = await Promise.all(names.map((name) => readUnitState(tree, name)));
    if (!states.some(({ state }) => state === 'enabled'))
      problems.push(`${names.join(' or ')} is not enabled: ${states.map(({ by }) => by).join('; ')}`);
  }
  // Octavia's user data restarts the agent by this name.
  const { state } = await readUnitState(tree, 'amphora-agent.service');
  if (state === 'missing') problems.push('there is no unit amphora-agent.service, nor an alias of it');
  for (const name of ['haproxy.service', 'keepalived.service', 'dnf-makecache.timer']) {
    const other = await readUnitState(tree, name);
    if (other.state === 'enabled') problems.push(`${name} is enabled (${other.by})`);
  }
  return problems.length === 0 ? pass() : passUnless(problems);
}
