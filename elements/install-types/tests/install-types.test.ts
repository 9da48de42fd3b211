import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const agent = {
  'install.d/agent-source-install/50-agent': '#!/bin/bash\nset -eu -o pipefail\necho source >>/agent\n',
  'install.d/agent-package-install/50-agent-package':
    '#!/bin/bash\nset -eu -o pipefail\necho package >>/agent\n',
};

elementTest('runs the hooks of the chosen install type, and no other', async (element) => {
  const made = async (environment: Readonly<Record<string, string>>) => {
    const built = await element.run({ elements: { agent }, with: ['agent'], environment });
    return built.tree.read('/agent');
  };
  expect(await made({})).toBe('source\n');
  expect(await made({ DIB_DEFAULT_INSTALLTYPE: 'package' })).toBe('package\n');
  expect(await made({ DIB_INSTALLTYPE_agent: 'package' })).toBe('package\n');
});
