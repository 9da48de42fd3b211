import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import { building, testOn } from '../host-needs.ts';
import { badInvocations } from './bad-invocations.ts';
import { peer, runKiln, runPeer } from './peer.ts';

const folder = mkdtempSync(join(tmpdir(), 'kiln-refusals-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('what diskimage-builder refuses, Kiln refuses', () => {
  for (const [index, { what, command, args, environment, says }] of badInvocations.entries()) {
    testOn([...building, peer], what, async () => {
      const directory = join(folder, String(index));
      mkdirSync(directory);
      const task = { args, directory, ...(command && { command }), ...(environment && { environment }) };
      const theirs = await runPeer(task);
      const ours = await runKiln({ ...task, store: join(folder, 'store') });
      expect(theirs.log).toMatch(says);
      expect(ours.log).toMatch(says);
      expect({ exitCode: ours.exitCode }).toEqual({ exitCode: theirs.exitCode });
    });
  }
});
