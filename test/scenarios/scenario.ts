import { expect } from 'vitest';
import { noLeaks } from '@kiln/testkit/rig/find-leaks.ts';
import { openRig, type Rig } from '@kiln/testkit/rig/open-rig.ts';
import type { RigBuild } from '@kiln/testkit/rig/run-rig-build.ts';
import { building, testOn } from '../host-needs.ts';

/** A test in a temporary workspace with a store of its own. Whatever it does, the host must be left as it was. */
export function scenario(name: string, body: (rig: Rig) => Promise<void>): void {
  testOn(building, name, async () => {
    const rig = await openRig();
    try {
      await body(rig);
      expect(await rig.leaks()).toEqual(noLeaks);
    } finally {
      await rig.close();
    }
  });
}

/** The build, which must have ended well. */
export function done(build: RigBuild): RigBuild {
  expect(build.failures).toEqual([]);
  expect(build.ended).toBe('done');
  return build;
}
