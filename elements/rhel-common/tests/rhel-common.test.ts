import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const commands = { 'subscription-manager': '' };

elementTest('registers with an activation key, and takes it back', async (element) => {
  const built = await element.run({
    environment: {
      REG_METHOD: 'satellite',
      REG_SAT_URL: 'https://satellite.example/',
      REG_ACTIVATION_KEY: 'key-of-the-team',
      REG_ORG: 'Team',
      REG_AUTO_ATTACH: 'true',
      REG_POOL_ID: '8a85',
      DIB_DEBUG_TRACE: '1',
    },
    commands,
    afresh: true,
  });
  expect(await built.calls('rpm')).toEqual([
    'rpm --upgrade --replacepkgs https://satellite.example/pub/katello-ca-consumer-latest.noarch.rpm',
  ]);
  expect(await built.calls('subscription-manager')).toEqual([
    'subscription-manager register --activationkey key-of-the-team --org Team --auto-attach',
    'subscription-manager attach --pool=8a85',
    'subscription-manager unregister',
    'subscription-manager clean',
  ]);
  expect(built.output).not.toContain('key-of-the-team');
});

elementTest('does nothing unless it is asked to', async (element) => {
  const built = await element.run({ environment: { REG_USER: 'a', REG_PASSWORD: 'b' }, commands });
  expect(await built.calls('subscription-manager')).toEqual([]);
});

elementTest('can leave the image registered', async (element) => {
  const environment = {
    REG_METHOD: 'portal',
    REG_ACTIVATION_KEY: 'k',
    REG_ORG: 'o',
    REG_HALT_UNREGISTER: '1',
  };
  const built = await element.run({ environment, commands });
  expect(await built.calls('subscription-manager')).toEqual([
    'subscription-manager register --activationkey k --org o',
  ]);
});

elementTest('says what is missing', async (element) => {
  const failed = await element.expectFailure({
    environment: { REG_METHOD: 'portal', REG_ACTIVATION_KEY: 'k' },
    commands,
  });
  expect(failed.message).toContain('REG_ORG');
  expect((await element.expectFailure({ environment: { REG_METHOD: 'other' }, commands })).message).toContain(
    'portal, satellite',
  );
});
