import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const venv =
  '#!/bin/bash\necho "pip $*" >>/pip\nfor word; do [ ! -f "$word" ] || cat "$word" >>/constraints; done\n';
const alone = {
  'amphora-agent': {
    'environment.d/20-agent.bash': 'export DIB_AMPHORA_AGENT_LIBRARIES=${DIB_AMPHORA_AGENT_LIBRARIES:-index}',
  },
  'source-repositories': {},
  agent: {
    'pre-install.d/10-agent': [
      'mkdir -p /opt/amphora-agent-venv/bin /opt/octavia-lib/.git',
      'cp /pip-program /opt/amphora-agent-venv/bin/pip && chmod 0755 /opt/amphora-agent-venv/bin/pip',
      'printf "octavia-lib===3.0\\noslo.log===5.0\\n" >/opt/upper-constraints.txt',
    ].join('\n'),
  },
};
const commands = { git: 'echo 0123456789abcdef0123456789abcdef01234567', rmdir: '' };
const run = { elements: alone, commands, with: ['install-types', 'agent'], files: { '/pip-program': venv } };
const environment = { DIB_INSTALLTYPE_octavia_lib: 'source' };

elementTest('installs the given revision over the one that the constraints name', async (element) => {
  const built = await element.run({ ...run, environment });
  expect(await built.tree.read('/constraints')).toBe('oslo.log===5.0\n');
  expect(await built.tree.read('/pip')).toMatch(
    /^pip install --no-cache-dir --upgrade -c \S+ \/opt\/octavia-lib\n$/u,
  );
  expect(await built.failedChecks()).toEqual([]);
});

elementTest('asks no index where the libraries are the distribution’s', async (element) => {
  const built = await element.run({
    ...run,
    environment: { ...environment, DIB_AMPHORA_AGENT_LIBRARIES: 'distribution' },
  });
  expect(await built.tree.read('/pip')).toContain('--no-index --no-build-isolation --no-deps');
});

elementTest('does nothing beside a packaged agent', async (element) => {
  const built = await element.run({ ...run, with: ['install-types'], environment });
  expect(await built.tree.exists('/pip')).toBe(false);
});

elementTest(
  'a packaged agent has its library as a package, unless the user says otherwise',
  async (element) => {
    const told = async (variables: Readonly<Record<string, string>>) => {
      const observe = ['DIB_INSTALLTYPE_octavia_lib'];
      const built = await element.run({ ...run, with: ['install-types'], environment: variables, observe });
      return built.variables['DIB_INSTALLTYPE_octavia_lib'];
    };
    expect(await told({ DIB_INSTALLTYPE_amphora_agent: 'package' })).toBe('package');
    expect(await told({ DIB_INSTALLTYPE_amphora_agent: 'package', ...environment })).toBe('source');
  },
);
