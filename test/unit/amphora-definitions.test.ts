import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { readImageDefinition } from '@kiln/engine/image-definition/read-image-definition.ts';
import { expect, test } from 'vitest';

const workspace = join(import.meta.dirname, '../..');

interface DryRun {
  readonly elements: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

function dryRun(words: string): DryRun {
  const command = join(workspace, 'tools/cli/bin/diskimage-create.sh.js');
  const { PATH = '', HOME = '' } = process.env;
  const run = spawnSync(process.execPath, [command, ...words.split(' '), '--dry-run', '--json'], {
    encoding: 'utf8',
    env: { PATH, HOME, DIB_LOCAL_IMAGE: join(workspace, 'package.json') },
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout) as DryRun;
}

/** The definition names a disk for both firmwares, and where it can do without a registry of containers, it does. */
const differs: ReadonlySet<string> = new Set([
  'base',
  'block-device-efi',
  'rocky-minimal',
  'rocky-container',
]);

test.each([
  ['noble', '-d noble'],
  ['jammy', '-d jammy'],
  ['centos9', '-i centos-minimal -d 9-stream'],
  ['rocky9', '-i rocky -d 9'],
  ['rhel9', '-i rhel -d 9 -s 3'],
])('amphora-haproxy-%s is what diskimage-create.sh %s builds', (name, words) => {
  const file = join(workspace, 'images', `amphora-haproxy-${name}`, 'image.yaml');
  const read = readImageDefinition(file, { hostArchitecture: 'amd64' });
  if (!read.ok) throw new Error(JSON.stringify(read.failures));
  const { elements, environment } = read.value;
  const script = dryRun(words);
  const shared = (list: readonly string[]): readonly string[] => list.filter((it) => !differs.has(it));
  expect(shared(elements)).toEqual(shared(script.elements));
  for (const [variable, value] of Object.entries(environment))
    expect([variable, script.environment[variable] ?? value]).toEqual([variable, value]);
});
