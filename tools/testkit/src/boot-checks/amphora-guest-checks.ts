import { failed, pass, passUnless, skip, type CheckResult, type Outcome } from '../verify/check.ts';
import { certificateDirectory } from './amphora-files.ts';
import { judgeSysctls, named, parseFailedUnits, parseMounts, sysctlSection } from './guest-checks.ts';
import type { GuestReport } from './guest-report.ts';
import type { ImageFacts } from './image-facts.ts';
import { haproxyUnit, type LoadBalancer } from './load-balancer.ts';

/** The first address that QEMU's DHCP gives out: that of the management network's card. */
export const managementAddress = '10.0.2.15';

/** Name of the network namespace in which HAProxy runs. */
const namespace = 'amphora-haproxy';

/** What an amphora reports of itself before it has a load balancer. */
export const amphoraSections: Readonly<Record<string, string>> = {
  listeners: 'ss --tcp --listening --numeric --processes --no-header',
  addresses: 'ip -brief address',
  agent:
    'journalctl --no-pager -b -u octavia-agent -u amphora-agent -n 20 -o cat; tail -n 20 /var/log/amphora-agent.log /var/log/octavia/*.log 2>/dev/null',
  certificates: 'cryptsetup status certfs-ramfs',
};

/** What it reports once it has one. */
export function balancingSections(
  balancer: LoadBalancer,
  sysctls: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const inNamespace = `ip netns exec ${namespace}`;
  const unit = haproxyUnit(balancer);
  return {
    'failed-units': 'systemctl list-units --failed --plain --no-legend --no-pager',
    'haproxy-unit': `systemctl show ${unit} --property=ActiveState,LimitNOFILE,NRestarts`,
    'haproxy-limits':
      'for p in $(pidof haproxy); do echo "$(id -un $(stat -c %u /proc/$p)) $(grep "open files" /proc/$p/limits)"; done',
    'nr-open': 'cat /proc/sys/fs/nr_open',
    'namespace-sysctls': `${inNamespace} sh -c '${sysctlSection(Object.keys(sysctls))}'`,
    'key-files': `find ${certificateDirectory} -type f -printf '%m %u %f\\n'`,
    mounts: 'findmnt --raw --noheadings --output TARGET,SOURCE,FSTYPE,OPTIONS',
    'haproxy-log': 'tail -n 3 /var/log/haproxy.log',
    metrics: `${inNamespace} curl --silent --max-time 30 http://127.0.0.1:9102/metrics | grep -c '^octavia_'`,
    agent: amphoraSections['agent'] ?? '',
    haproxy: `journalctl --no-pager -b -u ${unit} -u amphora-netns -n 30 -o cat`,
  };
}

/** Judges what an amphora reports of itself, load balancer or not. Pure. */
export function judgeAmphoraGuest(
  report: GuestReport | undefined,
  facts: ImageFacts,
): readonly CheckResult[] {
  const judge = (section: string, how: (output: string) => Outcome): Outcome => {
    const found = report?.sections.get(section);
    return found === undefined ? skip('the guest did not report it') : how(found.output);
  };
  return [
    named(
      'amphora-certificates',
      'certificates are kept in encrypted memory',
      judge('mounts', (mounts) =>
        judgeCertificates(mounts, report?.sections.get('certificates')?.output ?? ''),
      ),
    ),
    named(
      'amphora-sshd',
      'the SSH server listens on the management address alone, or is not there',
      judge('listeners', (listeners) => judgeSshd(listeners, facts)),
    ),
    named('amphora-ports', 'nothing else listens', judge('listeners', judgePorts)),
  ];
}

/** Judges what the guest reports while its load balancer runs. Pure. */
export function judgeBalancingGuest(
  report: GuestReport | undefined,
  sysctls: Readonly<Record<string, string>>,
): readonly CheckResult[] {
  const output = (name: string): string => report?.sections.get(name)?.output.trim() ?? '';
  const judge = (id: string, title: string, how: () => Outcome): CheckResult =>
    named(id, title, report === undefined ? skip('the guest did not report again') : how());
  return [
    judge('amphora-open-files', 'HAProxy may open as many files as its unit asks for', () =>
      judgeOpenFiles(output('haproxy-unit'), output('haproxy-limits'), output('nr-open')),
    ),
    judge('amphora-namespace-sysctls', 'the settings of the kernel hold in the network namespace, too', () =>
      judgeSysctls(output('namespace-sysctls'), sysctls),
    ),
    judge('amphora-key-files', 'keys of listeners are for root alone', () =>
      judgeKeyFiles(output('key-files')),
    ),
    judge('amphora-haproxy-log', 'HAProxy logs its requests through the log socket', () => {
      const line = output('haproxy-log');
      return /haproxy\[\d+\]/u.test(line)
        ? pass(line.split('\n').at(-1)?.slice(0, 120))
        : failed(line || 'no log');
    }),
    judge('amphora-metrics', 'prometheus-proxy has metrics', () =>
      Number(output('metrics')) > 0
        ? pass(`${output('metrics')} lines`)
        : failed(output('metrics') || 'none'),
    ),
    judge('amphora-failed-units', 'no unit failed under the load balancer', () =>
      passUnless(parseFailedUnits(output('failed-units'))),
    ),
  ];
}

/** The folder is a mount of the encrypted device, and that one is a RAM disk. */
export function judgeCertificates(mounts: string, status: string): Outcome {
  const mount = parseMounts(mounts).get(certificateDirectory);
  if (mount === undefined) return failed(`nothing is mounted on ${certificateDirectory}`);
  if (mount.source !== '/dev/mapper/certfs-ramfs') return failed(`${mount.source} is mounted there`);
  const field = (name: string): string =>
    new RegExp(`^ *${name}: *(.*)$`, 'mu').exec(status)?.[1]?.trim() ?? '';
  const [type, cipher, device] = [field('type'), field('cipher'), field('device')];
  return type.startsWith('LUKS') && device.startsWith('/dev/ram')
    ? pass(`${mount.source} on ${device}, ${type}, ${cipher}`)
    : failed(`no encrypted RAM disk:\n${status}`);
}

interface Listener {
  readonly address: string;
  readonly port: number;
  readonly program: string;
}

/** Lines of `ss --tcp --listening --numeric --processes --no-header`. */
export function parseListeners(output: string): readonly Listener[] {
  return output.split('\n').flatMap((line) => {
    const [, , , local = ''] = line.trim().split(/\s+/u);
    const match = /^\[?(?<address>[^\]%]*)(?:%[^\]:]*)?\]?:(?<port>\d+)$/u.exec(local)?.groups;
    if (match === undefined) return [];
    const program = /users:\(\("(?<program>[^"]*)"/u.exec(line)?.groups?.['program'] ?? '';
    return [{ address: match['address'] ?? '', port: Number(match['port']), program }];
  });
}

/** Says of an image without an SSH server that it has none, instead. */
export function judgeSshd(output: string, facts: ImageFacts): Outcome {
  const found = parseListeners(output).filter(({ port, program }) => port === 22 || program === 'sshd');
  if (facts.packages['openssh-server'] === undefined) {
    return found.length === 0
      ? pass('absent')
      : failed(`the image has no SSH server, but there is one:\n${output}`);
  }
  const elsewhere = found.filter(({ address }) => address !== managementAddress);
  if (found.length === 0) return failed(`it does not listen:\n${output}`);
  return passUnless(
    elsewhere.map(({ address }) => `it listens on ${address}`),
    managementAddress,
  );
}

/** What may listen beside the loopback interface: the agent, and the SSH server. */
const expectedPorts: readonly number[] = [22, 9443];

function judgePorts(output: string): Outcome {
  const reachable = parseListeners(output).filter(({ address }) => !/^(?:127\.|::1$)/u.test(address));
  const surprising = reachable.filter(({ port }) => !expectedPorts.includes(port));
  return passUnless(
    surprising.map(({ address, port, program }) => `${program || 'something'} listens on ${address}:${port}`),
    reachable.map(({ port }) => String(port)).join(', '),
  );
}

/** systemd takes what the kernel allows where a unit asks for more, so the unit alone says nothing. */
export function judgeOpenFiles(unit: string, limits: string, nrOpen: string): Outcome {
  const wanted = Number(/^LimitNOFILE=(?<limit>\d+)$/mu.exec(unit)?.groups?.['limit']);
  if (!(wanted > 0)) return failed(`the unit has no limit:\n${unit}`);
  if (!unit.includes('ActiveState=active')) return failed(unit);
  const hard = [...limits.matchAll(/Max open files\s+\d+\s+(?<hard>\d+)/gu)].map((match) =>
    Number(match.groups?.['hard']),
  );
  if (hard.length === 0) return failed(`no process of HAProxy:\n${limits}`);
  const problems = hard
    .filter((limit) => limit !== wanted)
    .map((limit) => `HAProxy got ${limit} instead of ${wanted}`);
  if (Number(nrOpen) < wanted) problems.push(`fs.nr_open is ${nrOpen}, the unit asks for ${wanted}`);
  return passUnless(problems, `LimitNOFILE ${wanted}, nr_open ${nrOpen}`);
}

function judgeKeyFiles(output: string): Outcome {
  const files = output.split('\n').filter((line) => line !== '');
  if (files.length === 0) return failed(`none in ${certificateDirectory}`);
  return passUnless(
    files.filter((line) => !line.startsWith('600 root ')),
    `${files.length} files`,
  );
}
