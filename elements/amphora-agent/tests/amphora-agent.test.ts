import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const programs = [
  'amphora-agent',
  'amphora-health-checker',
  'amphora-interface',
  'haproxy-vrrp-check',
  'prometheus-proxy',
];

/** As venv and pip would leave it: a pip that notes its words, and programs that start. */
const python3 = [
  'for venv; do :; done; mkdir -p "$venv/bin"',
  `printf '#!/bin/bash\necho "pip $*" >>/pip\n' >"$venv/bin/pip"`,
  `for name in ${programs.join(' ')} python3; do printf '#!/bin/bash\ntrue\n' >"$venv/bin/$name"; done`,
  'chmod 0755 "$venv"/bin/*',
].join('\n');
const git = 'echo 0123456789abcdef0123456789abcdef01234567';

/** Only the hook that installs the agent, with its sources where source-repositories would put them. */
const alone = {
  'cloud-init': {},
  'dib-init-system': {},
  'runtime-ssh-host-keys': {},
  'source-repositories': {},
  'package-installs': {},
  sources: {
    'pre-install.d/10-sources':
      'mkdir -p /opt/amphora-agent/.git; ln -sf /usr/local/bin/python3 /usr/bin/python3',
  },
  tarball: { 'pre-install.d/20-tarball': 'rmdir /opt/amphora-agent/.git' },
};
const run = { elements: alone, commands: { python3, git }, with: ['sources'] };
const source = { DIB_INSTALLTYPE_amphora_agent: 'source' };

elementTest('from source, installs into an environment of its own with the constraints', async (element) => {
  const built = await element.run({ ...run, environment: source });
  expect((await built.tree.read('/pip'))?.split('\n')).toEqual([
    'pip install --no-cache-dir --upgrade pip',
    'pip install --no-cache-dir --upgrade -c /opt/upper-constraints.txt /opt/amphora-agent',
    '',
  ]);
  for (const program of programs)
    expect(await built.tree.link(`/usr/local/bin/${program}`)).toBe(`/opt/amphora-agent-venv/bin/${program}`);
  expect(await built.tree.link('/usr/local/bin/octavia-agent-lvs-masquerade')).toBe('lvs-masquerade.sh');
  expect(await built.tree.read('/opt/amphora-agent.gitref')).toMatch(/^[0-9a-f]{40}\n$/u);
  expect(await built.tree.mode('/etc/logrotate.d/amphora-agent')).toBe('0644');
  expect(await built.tree.exists('/opt/amphora-agent')).toBe(false);
});

elementTest(
  'takes the libraries from the distribution where it is told, and asks no index',
  async (element) => {
    const environment = { ...source, DIB_AMPHORA_AGENT_LIBRARIES: 'distribution' };
    const built = await element.run({ ...run, environment, observe: ['DIB_INSTALLTYPE_upper_constraints'] });
    expect(await built.calls('python3')).toEqual([
      'python3 -m venv --system-site-packages /opt/amphora-agent-venv',
    ]);
    expect(await built.tree.read('/pip')).toBe(
      'pip install --no-cache-dir --no-index --no-build-isolation /opt/amphora-agent\n',
    );
    expect(built.variables['DIB_INSTALLTYPE_upper_constraints']).toBe('package');
  },
);

elementTest('from a tarball there is no revision to note', async (element) => {
  const built = await element.run({ ...run, environment: source, with: ['sources', 'tarball'] });
  expect(await built.tree.exists('/opt/amphora-agent.gitref')).toBe(false);
});

elementTest('takes the programs that the agent’s release has', async (element) => {
  const built = await element.run({
    ...run,
    environment: source,
    commands: { git, python3: `${python3}\nrm "$venv/bin/prometheus-proxy" "$venv/bin/amphora-interface"` },
  });
  expect(await built.tree.link('/usr/local/bin/haproxy-vrrp-check')).toContain('/opt/amphora-agent-venv/');
  expect(await built.tree.exists('/usr/local/bin/prometheus-proxy')).toBe(false);
  expect(await built.calls('systemctl')).not.toContain('systemctl enable prometheus-proxy.service');
});

elementTest('fails where a program of the agent is not there, or does not start', async (element) => {
  const change = (command: string) => ({
    ...run,
    environment: source,
    elements: { ...alone, change: { 'post-install.d/50-change': command } },
    with: ['sources', 'change'],
  });
  const absent = await element.expectFailure(change('rm /opt/amphora-agent-venv/bin/haproxy-vrrp-check'));
  expect(absent.output).toContain('these sources have no program haproxy-vrrp-check');
  const broken = await element.expectFailure(
    change('printf "#!/bin/bash\\nexit 3\\n" >/opt/amphora-agent-venv/bin/amphora-agent'),
  );
  expect(broken.message).toContain('96-agent-loads');
});

elementTest('refuses other sources of libraries, and other init systems', async (element) => {
  const libraries = await element.expectFailure({
    ...run,
    environment: { ...source, DIB_AMPHORA_AGENT_LIBRARIES: 'both' },
  });
  expect(libraries.message).toContain("is 'index' or 'distribution', not 'both'");
  const init = await element.expectFailure({ ...run, environment: { ...source, DIB_INIT_SYSTEM: 'openrc' } });
  expect(init.output).toContain('Unsupported init system: openrc');
});

/** As the agents of releases call the script of the rules: by its older name, by its newer, and for a virtual function. */
const rules = (...calls: readonly string[]) => ({
  elements: {
    ...alone,
    caller: {
      'post-install.d/50-call': calls.map((call) => `/usr/local/bin/${call} || exit 9`).join('\n'),
    },
  },
  with: ['caller'],
  environment: { DIB_INSTALLTYPE_amphora_agent: 'package' },
});
const nft = 'case $* in "-f -") echo "# $*" >>/rules; cat >>/rules ;; esac';
const untracked = /^add rule ip octavia-ipv4 untracked-(?:in|out)-eth1 .* tcp notrack$/gmu;

elementTest('agents before Octavia 11 find the rules of UDP by their older name', async (element) => {
  const built = await element.run({ ...rules('udp-masquerade.sh add ipv4 eth1'), commands: { nft } });
  const written = await built.tree.read('/rules');
  expect(written).toMatch(/masquerade-eth1 oifname "eth1" meta l4proto \{ udp, sctp \} masquerade/u);
  expect(written?.match(untracked)).toHaveLength(2);
});

elementTest(
  'agents of Octavia 16 have TCP of a virtual function tracked, and only of that',
  async (element) => {
    const calls = ['add ipv4 eth1 sriov', 'add ipv6 eth1 sriov'].map((words) => `lvs-masquerade.sh ${words}`);
    const built = await element.run({ ...rules(...calls), commands: { nft } });
    const written = await built.tree.read('/rules');
    expect(written).not.toContain('notrack');
    expect(written).toContain('add rule ip octavia-ipv4 masquerade-eth1 oifname "eth1"');
    expect(written).toContain('add rule ip6 octavia-ipv6 masquerade-eth1 oifname "eth1"');
    // What the chains held before, of a call without the word, goes.
    expect(written).toContain('flush chain ip octavia-ipv4 untracked-in-eth1');
    const gone = await element.run({
      ...rules('lvs-masquerade.sh delete ipv4 eth1 sriov'),
      commands: { nft },
    });
    expect(await gone.calls('nft')).toContain('nft delete chain ip octavia-ipv4 masquerade-eth1');
  },
);

elementTest(
  'without nftables, as in images of older releases, iptables has the same rules',
  async (element) => {
    const iptables = 'case $* in *" -C "*) exit 1 ;; esac';
    const environment = { DIB_OCTAVIA_AMP_USE_NFTABLES: 'False', DIB_INSTALLTYPE_amphora_agent: 'package' };
    const calls = async (...words: readonly string[]) => {
      const commands = { iptables };
      const built = await element.run({ ...rules(...words), environment, commands });
      return (await built.calls('iptables')).filter((call) => call.includes(' -A '));
    };
    const masqueraded = ['udp', 'sctp'].map(
      (protocol) => `iptables -t nat -A POSTROUTING -p ${protocol} -o eth1 -j MASQUERADE`,
    );
    expect(await calls('udp-masquerade.sh add ipv4 eth1')).toEqual([
      ...masqueraded,
      'iptables -t raw -A PREROUTING -p tcp -i eth1 -j NOTRACK',
      'iptables -t raw -A OUTPUT -p tcp -o eth1 -j NOTRACK',
    ]);
    expect(await calls('lvs-masquerade.sh add ipv4 eth1 sriov')).toEqual(masqueraded);
  },
);

elementTest('refuses words of the rules that no agent says', async (element) => {
  for (const words of ['add ipv4', 'add ipv4 eth1 vlan', 'add ipv4 eth1 sriov more', 'flush ipv4 eth1']) {
    const run = await element.expectFailure({ ...rules(`lvs-masquerade.sh ${words}`), commands: { nft } });
    expect(run.output).toContain('Usage: lvs-masquerade.sh add|delete ipv4|ipv6 INTERFACE [sriov]');
  }
});
