import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const profile = '/etc/apparmor.d/usr.sbin.rsyslogd';

elementTest('lets a confined rsyslogd reach the log socket from other mount namespaces', async (element) => {
  for (const head of ['profile rsyslogd /usr/sbin/rsyslogd {', '/usr/sbin/rsyslogd flags=(complain) {']) {
    const built = await element.run({
      files: { [profile]: `# rsyslogd\n${head}\n  /etc/rsyslog.conf r,\n}\n` },
    });
    const [, changed] = (await built.tree.read(profile))?.split('\n') ?? [];
    expect(changed).toMatch(/\/usr\/sbin\/rsyslogd flags=\(attach_disconnected\) \{$/u);
    expect(await built.tree.read('/etc/apparmor.d/rsyslog.d/octavia')).toContain(
      '/run/rsyslog/octavia/log rwk,',
    );
    expect(await built.failedChecks()).toEqual([]);
  }
});

elementTest('leaves a profile alone that has the flag', async (element) => {
  const text = 'profile rsyslogd /usr/sbin/rsyslogd flags=(attach_disconnected) {\n}\n';
  const built = await element.run({ files: { [profile]: text } });
  expect(await built.tree.read(profile)).toBe(text);
});

elementTest('an rsyslogd without a profile, as Debian has it, stays so', async (element) => {
  const built = await element.run({ afresh: true });
  expect(await built.tree.exists(profile)).toBe(false);
  expect(built.output).toContain('rsyslogd has no AppArmor profile here');
});
