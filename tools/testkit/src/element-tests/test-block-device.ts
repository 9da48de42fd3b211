import { expect } from 'vitest';
import { describeLayout } from './describe-layout.ts';
import { elementTest } from './element-test.ts';

/** What an element of a disk must say and lay out. */
export interface BlockDeviceExpectations {
  /** DIB_BLOCK_DEVICE, by which other elements know the disk. */
  readonly kind: string;
  /** As `describeLayout` has it. */
  readonly layout: readonly string[];
  /** An architecture whose machines could not boot from it. */
  readonly refused: string;
}

/** The tests that every element of a disk has, in whose `tests` folder the caller lies. */
export function testBlockDevice({ kind, layout, refused }: BlockDeviceExpectations): void {
  elementTest('says what kind of disk it is, and lays it out', async (element) => {
    const built = await element.run({ observe: ['DIB_BLOCK_DEVICE'] });
    expect(built.variables).toEqual({ DIB_BLOCK_DEVICE: kind });
    expect(describeLayout(element)).toEqual(layout);
  });

  elementTest('refuses a machine that could not boot it', async (element) => {
    const failed = await element.expectFailure({
      definition: `architecture: ${refused}`,
      observe: ['DIB_BLOCK_DEVICE'],
    });
    expect(failed.message).toContain(`${element.name} cannot boot on ${refused}`);
  });
}
