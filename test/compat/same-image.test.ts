import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import { compareFiles } from '../../tools/cli/src/diff/compare-files.ts';
import { openTarTree } from '../../tools/cli/src/diff/open-tar-tree.ts';
import { building, testWithin, tools } from '../host-needs.ts';
import { describeDifference, explainedDifferences, unexplained } from './explain-differences.ts';
import { hookOrder } from './hook-order.ts';
import { debianEnvironment, peer, runKiln, runPeer } from './peer.ts';

const folder = process.env['KILN_COMPAT_FOLDER'] ?? mkdtempSync(join(tmpdir(), 'kiln-compat-'));
afterAll(() => {
  if (process.env['KILN_COMPAT_FOLDER'] === undefined) rmSync(folder, { recursive: true, force: true });
});

const needs = [...building, peer, tools('debootstrap', 'losetup', 'partx')];

/** Element sets of upstream's own elements, and what is made of them. */
const sets = [
  { name: 'tree', args: ['-t', 'tar', 'debian-minimal'], compared: 'tree' },
  { name: 'disk', args: ['-t', 'tar,qcow2', 'debian-minimal', 'vm'], compared: 'tree and disk' },
] as const;

describe('the same elements give the same image', () => {
  for (const { name, args } of sets) {
    testWithin(1_800_000, { needs, name: args.join(' ') }, async () => {
      const [theirs, ours] = [join(folder, name, 'peer'), join(folder, name, 'kiln')];
      for (const directory of [theirs, ours]) mkdirSync(directory, { recursive: true });
      const environment = await debianEnvironment();
      const command = ['-o', 'image', ...args];
      const peerRun = await runPeer({ args: command, directory: theirs, environment });
      expect(peerRun.log).toMatch(/Build completed successfully/);
      const store = join(folder, 'store');
      const kilnRun = await runKiln({ args: command, directory: ours, environment, store });
      expect(kilnRun.log).toMatch(/Build completed successfully/);

      expect(hookOrder(kilnRun.log)).toEqual(hookOrder(peerRun.log));

      const [left, right] = [join(theirs, 'image.tar'), join(ours, 'image.tar')];
      const differences = await compareFiles(await openTarTree(left), await openTarTree(right));
      expect(unexplained(differences, explainedDifferences()).map(describeDifference)).toEqual([]);

      const again = await runKiln({ args: command, directory: ours, environment, store });
      expect(again.exitCode).toBe(0);
      const seconds = [peerRun, kilnRun, again].map(({ durationMs }) => (durationMs / 1000).toFixed(1));
      process.stderr.write(
        `${name}: diskimage-builder ${seconds[0]} s, Kiln ${seconds[1]} s, again ${seconds[2]} s\n`,
      );
    });
  }
});
