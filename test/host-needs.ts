import { test } from 'vitest';
import { type HostNeed, lackOf } from '@kiln/testkit/host/host-needs.ts';

export {
  building,
  type HostNeed,
  kernelFilesystems,
  loopDevices,
  root,
  tools,
} from '@kiln/testkit/host/host-needs.ts';

/**
 * A test that needs something of the host. Where that is missing it is skipped, counted, and says why; in CI the lack is
 * a failure.
 */
export function testOn(needs: readonly HostNeed[], name: string, body: () => Promise<void>): void {
  testWithin(900_000, { needs, name }, body);
}

/** The same for a test that takes longer. */
export function testWithin(
  timeout: number,
  { needs, name }: { readonly needs: readonly HostNeed[]; readonly name: string },
  body: () => Promise<void>,
): void {
  const reason = lackOf(needs);
  if (reason === undefined) return void test.concurrent(name, { timeout }, body);
  if (process.env['CI'] === undefined) return void test.skip(`${name} (${reason})`, body);
  test(name, () => {
    throw new Error(reason);
  });
}
