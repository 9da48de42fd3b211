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
