import type { BuildEvent } from '@kiln/engine/events/build-event.ts';
import type { Phase } from '@kiln/engine/util/phase.ts';
import { expect, test } from 'vitest';
import type { BuildOutcome } from '../../src/report/build-outcome.ts';
import { createDibReporter } from '../../src/report/dib-reporter.ts';

function shown(events: readonly BuildEvent[], outcome: BuildOutcome = { kind: 'done' }): readonly string[] {
  const lines: string[] = [];
  const reporter = createDibReporter({
    line: (text) => lines.push(text),
    environmentFiles: (phase) => (phase === 'root' ? [] : ['10-a.bash']),
    phasesWithHooks: new Set<Phase>(['root', 'install', 'finalise', 'cleanup']),
    shown: (file) => file.replace('/srv/', ''),
    failureLines: ({ code }) => [`ERROR: ${code}`],
    warningLines: ({ code }) => [`warning: ${code}`],
  });
  for (const event of events) reporter.report(event);
  reporter.finish(outcome);
  return lines;
}

const steps = ['root', 'install', 'block-device', 'finalise'];

const started = (step: string, hookCount = 1): BuildEvent => ({ type: 'step-started', step, hookCount });

const finished = (step: string, origin: 'run' | 'restored' | 'resumed' = 'run'): BuildEvent => ({
  type: 'step-finished',
  step,
  origin,
  durationMs: 5,
});

function hook(step: string, path: string, { ok = true, ms = 12 } = {}): readonly BuildEvent[] {
  const event = { step, hook: path, element: 'e' };
  return [
    { type: 'hook-started', ...event, index: 0, count: 1 },
    { type: 'hook-output', step, hook: path, line: `output of ${path}` },
    { type: 'hook-finished', ...event, durationMs: ms, ok },
  ];
}

test('a hook in the chroot, and the table after its phase, sorted by name', () => {
  const lines = shown([
    { type: 'planned', steps },
    started('install', 2),
    ...hook('install', 'install.d/9-late', { ms: 1234 }),
    ...hook('install', 'install.d/10-early'),
    finished('install'),
  ]);
  expect(lines.filter((line) => !line.startsWith('kiln:'))).toEqual([
    'dib-run-parts Sourcing environment file /tmp/in_target.d/install.d/../environment.d/10-a.bash',
    'dib-run-parts Running /tmp/in_target.d/install.d/9-late',
    'output of install.d/9-late',
    'dib-run-parts 9-late completed',
    'dib-run-parts Running /tmp/in_target.d/install.d/10-early',
    'output of install.d/10-early',
    'dib-run-parts 10-early completed',
    'dib-run-parts ----------------------- PROFILING -----------------------',
    'dib-run-parts ',
    'dib-run-parts Target: install.d',
    'dib-run-parts ',
    'dib-run-parts Script                                     Seconds',
    'dib-run-parts ---------------------------------------  ----------',
    'dib-run-parts ',
    'dib-run-parts 10-early                                      0.012',
    'dib-run-parts 9-late                                        1.234',
    'dib-run-parts ',
    'dib-run-parts --------------------- END PROFILING ---------------------',
    'Build completed successfully',
  ]);
});

test('what was restored is told where it belongs, once, and only of phases with hooks', () => {
  const lines = shown([
    { type: 'planned', steps },
    started('finalise'),
    ...hook('finalise', 'cleanup.d/50-a'),
    finished('finalise', 'resumed'),
    ...['root', 'install', 'block-device'].map((step) => finished(step, 'restored')),
  ]);
  expect(lines.slice(0, 2)).toEqual([
    'kiln: root.d restored (unchanged)',
    'kiln: install.d restored (unchanged)',
  ]);
  expect(lines.filter((line) => line.includes('restored'))).toHaveLength(2);
});

test('a step that is restored after one that ran is told after it', () => {
  const lines = shown([
    { type: 'planned', steps: ['root', 'install', 'finalise'] },
    started('root'),
    ...hook('root', 'root.d/10-a'),
    finished('root'),
    finished('install', 'restored'),
    finished('finalise', 'restored'),
  ]);
  const short = lines.filter((line) => /Running|restored/.test(line));
  expect(short).toEqual([
    'dib-run-parts Running /run/kiln/hooks/root.d/10-a',
    'kiln: install.d restored (unchanged)',
    'kiln: finalise.d restored (unchanged)',
    'kiln: cleanup.d restored (unchanged)',
  ]);
});

test('each phase of a step has a table of its own', () => {
  const lines = shown([
    started('finalise', 2),
    ...hook('finalise', 'finalise.d/10-a'),
    ...hook('finalise', 'cleanup.d/10-b'),
    finished('finalise'),
  ]);
  expect(lines.filter((line) => line.includes('Target:'))).toEqual([
    'dib-run-parts Target: finalise.d',
    'dib-run-parts Target: cleanup.d',
  ]);
});

test('a hook that fails completes nothing, and its phase has no table', () => {
  const lines = shown([started('install'), ...hook('install', 'install.d/10-a', { ok: false })], {
    kind: 'failed',
    failures: [{ code: 'disk-full', path: '/', freeBytes: 0, doing: 'x' }],
  });
  expect(lines.slice(-2)).toEqual(['output of install.d/10-a', 'ERROR: disk-full']);
});

test('packages of the command line come after the table of install.d', () => {
  const lines = shown([
    started('install'),
    ...hook('install', 'install.d/10-a'),
    { type: 'hook-output', step: 'install', hook: 'packages', line: 'Setting up vim' },
    finished('install'),
  ]);
  expect(lines.indexOf('Setting up vim')).toBeGreaterThan(
    lines.findIndex((line) => line.includes('END PROFILING')),
  );
  expect(lines.filter((line) => line.includes('END PROFILING'))).toHaveLength(1);
});

test('outputs, resumption, notes and warnings', () => {
  const artifact = { type: 'artifact', format: 'qcow2', sizeBytes: 1, digest: 'd', origin: 'run' } as const;
  expect(
    shown([
      { type: 'warning', failure: { code: 'privilege-missing' } },
      { ...started('install', 5), resumesAfter: { hook: 'install.d/10-a', count: 3 } } as BuildEvent,
      { type: 'note', message: 'packages as of yesterday' },
      started('image', 0),
      { ...artifact, file: '/srv/out/web.qcow2' },
      { ...artifact, file: '/srv/out/web.raw', inPlace: true },
    ]),
  ).toEqual([
    'warning: privilege-missing',
    'kiln: resumed after install.d/10-a (3 of 5 hooks restored)',
    'kiln: packages as of yesterday',
    'kiln: writing the image',
    'Image file out/web.qcow2 created...',
    'Image file out/web.raw unchanged',
    'Build completed successfully',
  ]);
  expect(shown([], { kind: 'cancelled' })).toEqual(['kiln: interrupted']);
});
