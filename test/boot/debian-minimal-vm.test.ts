import { expect, test } from 'vitest';
import { nxRun } from './nx-run.ts';

test('debian-minimal-vm builds, passes its checks and boots to a login', async () => {
  for (const target of ['image', 'verify', 'boot']) {
    const run = await nxRun(`debian-minimal-vm:${target}`);
    expect(run.exitCode, run.output).toBe(0);
  }
});
