import { globTree } from '../../disk/glob-tree.ts';
import { walkTree } from '../../disk/walk-tree.ts';
import { failed, pass, passUnless, skip, type Check, type Outcome, type Subject } from '../check.ts';
import { allAbsent } from './identity-checks.ts';

/** Checks that nothing of the build, its host or its downloads stayed in the image. */
export const leftoverChecks: readonly Check[] = [
  { id: 'package-caches', title: 'no package lists and no downloaded packages', run: checkPackageCaches },
  { id: 'temporary-files', title: '/tmp, /var/tmp and /run are empty', run: checkTemporary },
  { id: 'logs', title: 'log files are empty', run: checkLogs },
  {
    id: 'service-policy',
    title: 'nothing keeps services from starting',
    run: ({ tree }) =>
      allAbsent(tree, [
        '/usr/sbin/policy-rc.d',
        '/sbin/start-stop-daemon.REAL',
        '/usr/sbin/start-stop-daemon.REAL',
        '/sbin/initctl.REAL',
      ]),
  },
  { id: 'build-leftovers', title: 'nothing of the build stayed behind', run: checkBuildLeftovers },
  { id: 'device-nodes', title: 'no device of the build host', run: checkDeviceNodes },
  { id: 'resolver', title: 'resolv.conf is not that of the build host', run: checkResolver },
];

async function checkPackageCaches({ tree }: Subject): Promise<Outcome> {
  const allowed = new Set(['lock', 'partial', 'auxfiles']);
  const lists = ((await tree.list('/var/lib/apt/lists')) ?? []).filter((name) => !allowed.has(name));
  const found = await Promise.all(
    [
      '/var/lib/apt/lists/partial/*',
      '/var/cache/apt/archives/*.deb',
      '/var/cache/apt/archives/partial/*',
      '/var/cache/apt/*.bin',
      '/var/cache/{dnf,yum,zypp}/*',
      '/root/.cache/*',
      '/home/*/.cache/*',
    ].map((pattern) => globTree(tree, pattern)),
  );
  return passUnless([...lists.map((name) => `/var/lib/apt/lists/${name}`), ...found.flat()]);
}

async function checkTemporary({ tree }: Subject): Promise<Outcome> {
  const left: string[] = [];
  for (const directory of ['/tmp', '/var/tmp']) {
    for (const name of (await tree.list(directory)) ?? []) left.push(`${directory}/${name}`);
    const entry = await tree.statTarget(directory);
    if (entry === undefined) left.push(`${directory} is absent`);
    else if (entry.mode !== 0o1777)
      left.push(`${directory} has mode ${entry.mode.toString(8)} instead of 1777`);
  }
  const run = (await walkTree(tree, '/run')).filter((entry) => entry.kind === 'file' && entry.sizeBytes > 0);
  return passUnless([...left, ...run.map((entry) => entry.path)]);
}

async function checkLogs({ tree }: Subject): Promise<Outcome> {
  const filled = (await walkTree(tree, '/var/log')).filter(
    (entry) => entry.kind === 'file' && entry.sizeBytes > 0,
  );
  return passUnless(filled.map((entry) => `${entry.path} holds ${entry.sizeBytes} bytes`));
}

function checkBuildLeftovers({ tree }: Subject): Promise<Outcome> {
  return allAbsent(tree, [
    '/tmp/in_target.d',
    '/in_target.d',
    '/run/kiln',
    '/root/.bash_history',
    '/etc/apt/apt.conf.d/*kiln*',
    '/etc/*.dpkg-{new,tmp}',
    '/.dockerenv',
  ]);
}

/** What any Linux has in /dev before udev, as debootstrap and its kin make it. */
const standardDevices = new Set(
  ['null', 'zero', 'full', 'random', 'urandom', 'tty', 'console', 'ptmx', 'pts/ptmx', 'net/tun'].map(
    (name) => `/dev/${name}`,
  ),
);

async function checkDeviceNodes({ tree }: Subject): Promise<Outcome> {
  const isDevice = (kind: string): boolean => kind === 'character-device' || kind === 'block-device';
  const walked = await Promise.all(
    ['/dev', '/tmp', '/run', '/var', '/etc'].map((path) => walkTree(tree, path)),
  );
  const found = walked.flat().filter((entry) => isDevice(entry.kind) && !standardDevices.has(entry.path));
  return passUnless(found.map((entry) => `${entry.path} is a ${entry.kind}`));
}

async function checkResolver({ tree, expectations }: Subject): Promise<Outcome> {
  const file = '/etc/resolv.conf';
  const link = await tree.readLink(file);
  if (link !== undefined) return pass(`links to ${link}`);
  const text = await tree.readText(file);
  if (text === undefined) return skip('absent; made at boot');
  const servers = [...text.matchAll(/^\s*nameserver\s+(?<address>\S+)/gmu)].map(
    (match) => match.groups?.['address'] ?? '',
  );
  const foreign = servers.filter(
    (server) => expectations.hostNameservers.includes(server) && !isLoopback(server),
  );
  if (foreign.length > 0) return failed(`names the build host's server ${foreign.join(', ')}`);
  return pass(servers.join(', ') || 'no name server');
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}
