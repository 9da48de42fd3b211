import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest(
  'removes what spreads interrupts, and lets tuned keep the kernel on the first CPU',
  async (element) => {
    const built = await element.run({
      definition: 'packages: [irqbalance]',
      files: { '/lib/systemd/system/tuned.service': '[Install]\nWantedBy=multi-user.target\n' },
      observe: ['DIB_BOOTLOADER_DEFAULT_CMDLINE'],
      environment: { DIB_BOOTLOADER_DEFAULT_CMDLINE: 'quiet' },
    });
    expect(built.variables['DIB_BOOTLOADER_DEFAULT_CMDLINE']).toBe(
      'quiet irqaffinity=0 isolcpus=1-N nohz=on nohz_full=1-N',
    );
    expect(await built.tree.read('/etc/tuned/active_profile')).toBe(
      'virtual-guest optimize-serial-console amphora\n',
    );
    expect(await built.tree.mode('/etc/tuned/amphora/script.sh')).toBe('0755');
    expect(await built.calls('systemctl')).toContain('systemctl enable tuned.service');
    // The command line is the boot loader's, which the fixture has none of.
    expect((await built.failedChecks()).filter((check) => !check.includes('command line'))).toEqual([]);
  },
);
