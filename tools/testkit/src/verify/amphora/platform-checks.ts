import type { DiskTree } from '../../disk/open-tree.ts';
import { failed, pass, skip, type Check, type Outcome, type Subject } from '../check.ts';
import { readAmphoraFacts } from './amphora-facts.ts';

/** Checks of what an amphora is built on. Their details are the names alone. */
export const platformChecks: readonly Check[] = [
  { id: 'amphora-distribution', title: 'the agent knows the distribution', run: checkDistribution },
  {
    id: 'amphora-architecture',
    title: 'programs are for one that amphorae are built for',
    run: checkArchitecture,
  },
];

/** What the agent asks for by `distro.id()`; on anything else, it does not start. */
const distributions = ['ubuntu', 'debian', 'centos', 'rocky', 'rhel', 'fedora'];

async function checkDistribution({ tree }: Subject): Promise<Outcome> {
  const { distribution } = await readAmphoraFacts(tree);
  if (distributions.includes(distribution)) return pass(distribution);
  return failed(`ID in /etc/os-release is '${distribution}', which is none of ${distributions.join(', ')}`);
}

/** e_machine of the ELF header (elf.h), as the kernel calls the architectures. */
const machines: ReadonlyMap<number, string> = new Map([
  [3, 'i386'],
  [21, 'ppc64le'],
  [22, 's390x'],
  [40, 'armv7l'],
  [62, 'x86_64'],
  [183, 'aarch64'],
]);

async function checkArchitecture({ tree }: Subject): Promise<Outcome> {
  const machine = await readMachine(tree);
  if (machine === undefined) return skip('no ELF program was found');
  const name = machines.get(machine);
  return name === undefined ? failed(`ELF machine ${machine}`) : pass(name);
}

async function readMachine(tree: DiskTree): Promise<number | undefined> {
  for (const path of ['/usr/bin/env', '/bin/sh', '/usr/sbin/haproxy']) {
    const head = (await tree.readFile(path))?.subarray(0, 20);
    if (head === undefined || head.length < 20 || head.readUInt32BE(0) !== 0x7f454c46) continue;
    return head[5] === 2 ? head.readUInt16BE(18) : head.readUInt16LE(18);
  }
  return undefined;
}
