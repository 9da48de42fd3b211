import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const commands = {
  useradd: 'echo "${!#}:x:1000:1000::/home/${!#}:/bin/sh" >>/etc/passwd; echo "${!#}:x:1000:" >>/etc/group',
  chpasswd: 'cat >/hash',
  visudo: '',
};
const none = { DIB_DEV_USER_AUTHORIZED_KEYS: '/dev/null' };

elementTest('makes a user with keys, a password and sudo', async (element) => {
  const environment = {
    DIB_DEV_USER_AUTHORIZED_KEYS: `${element.folder}/element-deps`,
    DIB_DEV_USER_PWDLESS_SUDO: 'yes',
    DIB_DEV_USER_PASSWORD: 'correct horse',
    DIB_DEV_USER_SHELL: '/bin/bash',
  };
  const built = await element.run({ commands, environment, afresh: true });
  expect(await built.calls('useradd')).toEqual(['useradd --create-home devuser']);
  expect(await built.calls('usermod')).toEqual(['usermod --shell /bin/bash devuser']);
  expect(await built.tree.read('/etc/sudoers.d/devuser')).toBe('devuser ALL=(ALL:ALL) NOPASSWD:ALL\n');
  expect(await built.tree.mode('/etc/sudoers.d/devuser')).toBe('0440');
  expect(await built.tree.read('/home/devuser/.ssh/authorized_keys')).toContain('package-installs');
  expect(await built.tree.owner('/home/devuser/.ssh/authorized_keys')).toBe('1000:1000');
  expect(await built.tree.mode('/home/devuser/.ssh')).toBe('0700');
  const hash = await built.tree.read('/hash');
  expect(hash).toMatch(/^devuser:\$6\$[^$]+\$[^$]{86}\n$/);
  expect(`${built.output}${(await built.calls()).join('\n')}`).not.toContain('correct horse');
  expect(await built.calls('chpasswd')).toEqual(['chpasswd --encrypted']);
});

elementTest('makes a user who can do nothing, by another name', async (element) => {
  const environment = { ...none, DIB_DEV_USER_USERNAME: 'stack' };
  const built = await element.run({ commands, environment });
  expect(await built.calls('useradd')).toEqual(['useradd --create-home stack']);
  expect(await built.tree.exists('/home/stack/.ssh')).toBe(false);
  expect(await built.tree.exists('/etc/sudoers.d')).toBe(false);
  expect(await built.calls('chpasswd')).toEqual([]);
});

elementTest('says what is not there: the shell, or the file with the keys', async (element) => {
  const shell = await element.expectFailure({
    commands,
    environment: { ...none, DIB_DEV_USER_SHELL: '/bin/zsh' },
  });
  expect(shell.message).toContain("there is no '/bin/zsh'");
  const keys = await element.expectFailure({
    commands,
    environment: { DIB_DEV_USER_AUTHORIZED_KEYS: '/nowhere' },
  });
  expect(keys.message).toContain("names '/nowhere', which does not exist");
});
