import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { BuildEvent } from '../../../src/events/build-event.ts';
import { readAciManifest } from '../../../src/execute/artifacts/read-aci-manifest.ts';
import { definition } from '../../plan/plan-fixture.ts';

function listen() {
  const events: BuildEvent[] = [];
  return { events, bench: { report: (event: BuildEvent) => void events.push(event) } };
}

const aci = { ...definition, formats: ['aci'] };

test('the manifest is the file that ACI_MANIFEST names; the definition goes before the caller', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-aci-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const name of ['own', 'callers']) await writeFile(join(folder, name), name);
  const { bench, events } = listen();
  const caller = { ACI_MANIFEST: join(folder, 'callers') };
  expect(await readAciManifest(bench, aci, caller)).toBe('callers');
  const own = { ...aci, environment: { ACI_MANIFEST: join(folder, 'own') } };
  expect(await readAciManifest(bench, own, caller)).toBe('own');
  expect(events).toEqual([]);
});

test('without the variable there is a warning, and none for other formats', async () => {
  const { bench, events } = listen();
  expect(await readAciManifest(bench, aci, {})).toBeUndefined();
  expect(events).toEqual([{ type: 'warning', failure: { code: 'aci-without-manifest' } }]);
  expect(await readAciManifest(bench, definition, { ACI_MANIFEST: '/nowhere' })).toBeUndefined();
  expect(events).toHaveLength(1);
});

test('a file that cannot be read ends the build', async () => {
  const { bench } = listen();
  await expect(readAciManifest(bench, aci, { ACI_MANIFEST: '/nowhere' })).rejects.toMatchObject({
    failures: [{ code: 'aci-manifest-unreadable', file: '/nowhere' }],
  });
});
