import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const packages = `
curl:
libfoo-dev: { build-only: true }
nano: { uninstall: true }
agent: { phase: post-install.d, when: WITH_AGENT = 1 }
early: { phase: pre-install.d }
early-dev: { phase: pre-install.d, build-only: true }
late-dev: { phase: post-install.d, build-only: true }
arm-tool: { arch: riscv64 }
`;

elementTest('installs and removes what elements declare, at the points of each phase', async (element) => {
  const built = await element.run({
    elements: {
      web: {
        'package-installs.yaml': packages,
        'pkg-map': JSON.stringify({ default: { curl: 'curl-translated' } }),
        'install.d/50-look': 'dpkg-query -W -f "\\${Package}\\n" >/during\n',
      },
    },
    with: ['web'],
    environment: { WITH_AGENT: '1' },
  });
  expect(await built.calls('apt-get')).toEqual([
    'apt-get install early early-dev',
    'apt-get remove early-dev',
    'apt-get install curl-translated libfoo-dev',
    'apt-get remove libfoo-dev nano',
    'apt-get install agent late-dev',
    'apt-get remove late-dev',
  ]);
  expect(await built.tree.read('/during')).toBe('early\ncurl-translated\nlibfoo-dev\n');
});

elementTest('tells all mistakes at once', async (element) => {
  const failed = await element.expectFailure({
    elements: { web: { 'package-installs.yaml': 'a: { phase: never.d }\nb: { phase: later.d }\n' } },
    with: ['web'],
  });
  expect(failed.message).toMatch(/never\.d[\s\S]*later\.d/);
});
