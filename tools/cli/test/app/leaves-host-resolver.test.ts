import { expect, test } from 'vitest';
import type { Element } from '@kiln/engine/elements/element.ts';
import { leavesHostResolver } from '../../src/app/leaves-host-resolver.ts';

const withHook = (name: string, path: string) => ({ name, files: [{ path }] }) as unknown as Element;

test("the bootstrap of diskimage-builder leaves the host's resolv.conf in the image, Kiln's own does not", () => {
  expect(leavesHostResolver({ elements: [withHook('debootstrap', 'root.d/08-debootstrap')] })).toBe(true);
  expect(leavesHostResolver({ elements: [withHook('debootstrap', 'root.d/08-bootstrap')] })).toBe(false);
  expect(leavesHostResolver({ elements: [withHook('other', 'root.d/08-debootstrap')] })).toBe(false);
});
