import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest('hands a hash to chpasswd; the password is nowhere', async (element) => {
  const commands = { chpasswd: 'cat >/hashed' };
  const built = await element.run({
    commands,
    environment: { DIB_PASSWORD: 'correct-horse' },
    afresh: true,
  });
  expect(await built.tree.read('/hashed')).toMatch(/^root:\$6\$[^$]{1,16}\$[\w./]{86}\n$/);
  expect(await built.calls('chpasswd')).toEqual(['chpasswd --encrypted']);
  expect(built.output).not.toContain('correct-horse');
});

elementTest('wants a password', async (element) => {
  expect((await element.expectFailure()).message).toMatch(/set DIB_PASSWORD/);
});
