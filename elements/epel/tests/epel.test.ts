import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const repository =
  '[epel]\nname=EPEL\n#baseurl=https://download.example/pub/epel/9/Everything/$basearch/\nmetalink=https://mirrors.example/metalink\nenabled=1\n';

elementTest('leads the repository to a mirror', async (element) => {
  const built = await element.run({
    environment: { DISTRO_NAME: 'rocky', DIB_EPEL_MIRROR: 'http://mirror.example/epel/' },
    files: { '/etc/yum.repos.d/epel.repo': repository },
    commands: { rpm: 'exit 1' },
  });
  expect(await built.calls('install-packages')).toEqual(['install-packages epel-release']);
  const text = await built.tree.read('/etc/yum.repos.d/epel.repo');
  expect(text).toContain('\nbaseurl=http://mirror.example/epel/9/Everything/$basearch/\n');
  expect(text).toContain('\n#metalink=');
});

elementTest(
  'takes the package where it is said to be, and can leave the repository disabled',
  async (element) => {
    const built = await element.run({
      environment: {
        DISTRO_NAME: 'rhel',
        DIB_EPEL_RELEASE_URL: 'http://x.example/e.rpm',
        DIB_EPEL_DISABLED: '1',
      },
      files: { '/etc/yum.repos.d/epel.repo': repository },
      commands: { rpm: 'exit 1' },
    });
    expect(await built.calls('install-packages')).toEqual(['install-packages http://x.example/e.rpm']);
    expect(await built.tree.read('/etc/yum.repos.d/epel.repo')).toContain('\nenabled=0\n');
  },
);

elementTest('does nothing on Debian', async (element) => {
  const built = await element.run();
  expect(await built.calls('install-packages')).toEqual([]);
});
