import type { BuildEvent } from '@kiln/engine/events/build-event.ts';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createReporter } from '../../src/report/create-reporter.ts';
import { fakeTerminal, screenAfter } from './fake-terminal.ts';

const hook = { step: 'install', hook: '50-web', element: 'web' } as const;
const digest = '6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b';
const events: readonly BuildEvent[] = [
  { type: 'step-finished', step: 'root', origin: 'restored', durationMs: 40, sizeBytes: 121_400_000 },
  { type: 'step-started', step: 'install', hookCount: 2, expectedMs: 70_000 },
  { type: 'hook-started', ...hook, index: 0, count: 2 },
  {
    type: 'hook-output',
    step: 'install',
    hook: '50-web',
    line: 'Unpacking\u001B[1m web\u001B[0m\rSetting up web',
  },
  { type: 'hook-finished', ...hook, durationMs: 12_340, ok: true },
  { type: 'step-finished', step: 'install', origin: 'resumed', durationMs: 34_200, sizeBytes: 4_200 },
  {
    type: 'artifact',
    format: 'qcow2',
    file: 'dist/web.qcow2',
    sizeBytes: 1_300_000_000,
    digest,
    origin: 'run',
  },
];
const failures = [{ code: 'root-empty', elements: ['web'] }] as const;
const table = [
  '  phase    result   seconds   layer',
  '  root     cached       0.0  121 MB',
  '  install  resumed     34.2  4.2 kB',
  '           total       36.0',
  '',
  '  dist/web.qcow2  1.3 GB  qcow2  sha256:6b86b273ff34…',
];

/** A clock that a test moves. */
function testClock() {
  let nowMs = 0;
  return { now: () => nowMs, moveTo: (ms: number) => void (nowMs = ms) };
}

describe('plain', () => {
  test('a line for each hook and each step, then the table, apart', async () => {
    const [stream, resultStream, clock] = [fakeTerminal(), fakeTerminal(), testClock()];
    const reporter = await createReporter({ stream, resultStream, mode: 'plain', now: clock.now });
    for (const event of events) reporter.report(event);
    clock.moveTo(36_000);
    reporter.finish({ kind: 'done' });
    expect(stream.text().split('\n')).toEqual([
      'root: cached, 0.0 s, 121 MB',
      'install: begins, 2 hooks, about 70.0 s',
      'install: hook 50-web (web), 1 of 2, 12.3 s',
      'install: resumed, 34.2 s, 4.2 kB',
      '',
    ]);
    expect(resultStream.text().split('\n')).toEqual([...table, '']);
  });

  test('verbose adds the beginnings of hooks and each line of output', async () => {
    const stream = fakeTerminal();
    const reporter = await createReporter({ stream, mode: 'plain', verbose: true });
    for (const event of events.slice(1, 4)) reporter.report(event);
    expect(stream.text()).toBe(
      'install: begins, 2 hooks, about 70.0 s\ninstall: hook 50-web (web), 1 of 2, is at work\n  | Setting up web\n',
    );
  });

  test('a build of one step says what became of it once, on the result stream', async () => {
    const [stream, resultStream] = [fakeTerminal(), fakeTerminal()];
    const reporter = await createReporter({ stream, resultStream, mode: 'plain', steps: ['install'] });
    for (const event of events.slice(1, 6)) reporter.report(event);
    reporter.finish({ kind: 'done' });
    expect(stream.text()).toBe(
      'install: begins, 2 hooks, about 70.0 s\ninstall: hook 50-web (web), 1 of 2, 12.3 s\n',
    );
    expect(resultStream.text()).toBe('install: resumed, 34.2 s, 4.2 kB\n');
  });

  test('a step that resumes says after which hook', async () => {
    const stream = fakeTerminal();
    const resumesAfter = { hook: 'install.d/40-base', count: 12 };
    (await createReporter({ stream, mode: 'plain' })).report({
      type: 'step-started',
      step: 'install',
      hookCount: 15,
      resumesAfter,
    });
    expect(stream.text()).toBe('install: resumes after install.d/40-base, 12 of 15 hooks saved\n');
  });

  test('the steps to come may be told of by an event: of one alone there is no table', async () => {
    const [stream, resultStream] = [fakeTerminal(), fakeTerminal()];
    const reporter = await createReporter({ stream, resultStream, mode: 'plain' });
    reporter.report({ type: 'planned', steps: ['root'] });
    reporter.report(events[0] as BuildEvent);
    reporter.finish({ kind: 'done' });
    expect(stream.text()).toBe('');
    expect(resultStream.text()).toBe('root: cached, 0.0 s, 121 MB\n');
  });

  test('the total counts steps that were made before the report began', async () => {
    const [stream, resultStream] = [fakeTerminal(), fakeTerminal()];
    const reporter = await createReporter({ stream, resultStream, mode: 'plain', now: () => 0 });
    for (const step of ['root', 'install'])
      reporter.report({ type: 'step-finished', step, origin: 'run', durationMs: 20_000, sizeBytes: 1 });
    reporter.finish({ kind: 'done' });
    expect(resultStream.text()).toMatch(/total +40\.0$/m);
  });

  test('a failed build ends with the failed step and the failure, a cancelled one with that word', async () => {
    const stream = fakeTerminal();
    const reporter = await createReporter({ stream, mode: 'plain' });
    for (const event of events.slice(0, 3)) reporter.report(event);
    reporter.report({ type: 'hook-finished', ...hook, durationMs: 1000, ok: false });
    reporter.finish({ kind: 'failed', failures });
    const text = stream.text();
    expect(text).toContain('install: hook 50-web (web), 1 of 2, failed after 1.0 s\n');
    expect(text).toMatch(/^ {2}install {2}failed$/m);
    expect(text).toMatch(/error\[root-empty\]: .*\(elements: web\)\n.*hint: an operating-system element/s);

    const other = fakeTerminal();
    (await createReporter({ stream: other, mode: 'plain' })).finish({ kind: 'cancelled' });
    expect(other.text()).toBe('cancelled\n');
  });

  test('a cancelled build says so of the step that was at work, and not that it failed', async () => {
    const [stream, resultStream] = [fakeTerminal(), fakeTerminal()];
    const reporter = await createReporter({ stream, resultStream, mode: 'plain' });
    for (const event of events.slice(1, 3)) reporter.report(event);
    reporter.finish({ kind: 'cancelled' });
    expect(resultStream.text()).toBe('install: cancelled\n');
    expect(stream.text()).toMatch(/cancelled\n$/);
  });

  test('a hook that lasts is named while it is at work', async () => {
    vi.useFakeTimers();
    const stream = fakeTerminal();
    const reporter = await createReporter({ stream, mode: 'plain' });
    for (const event of events.slice(1, 3)) reporter.report(event);
    vi.advanceTimersByTime(6000);
    const named = 'install: hook 50-web (web), 1 of 2, is at work\n';
    expect(stream.text()).toBe(`install: begins, 2 hooks, about 70.0 s\n${named}`);
    reporter.report(events[4] as BuildEvent);
    reporter.report({ type: 'hook-started', ...hook, hook: '60-quick', index: 1, count: 2 });
    reporter.finish({ kind: 'done' });
    vi.advanceTimersByTime(60_000);
    expect(stream.text()).not.toContain('60-quick');
    vi.useRealTimers();
  });

  test('warnings and notes are told as they come', async () => {
    const stream = fakeTerminal();
    const reporter = await createReporter({ stream, mode: 'plain' });
    reporter.report({ type: 'note', message: 'the lock is 12 days old' });
    reporter.report({ type: 'warning', failure: failures[0] });
    expect(stream.text()).toMatch(/^the lock is 12 days old\nwarning\[root-empty\]: /);
  });

  test('colours as the environment asks for them', async () => {
    const escape = '\u001B[';
    const textWith = async (environment: Record<string, string>) => {
      const stream = fakeTerminal();
      (await createReporter({ stream, mode: 'plain', environment })).report(events[0] as BuildEvent);
      return stream.text();
    };
    expect(await textWith({})).not.toContain(escape);
    expect(await textWith({ FORCE_COLOR: '1' })).toContain(escape);
    expect(await textWith({ FORCE_COLOR: '0' })).not.toContain(escape);
    expect(await textWith({ FORCE_COLOR: '1', NO_COLOR: '1' })).not.toContain(escape);
  });
});

describe('json', () => {
  test('one event a line, failures with their text, and the ending', async () => {
    const [stream, resultStream] = [fakeTerminal(), fakeTerminal()];
    const reporter = await createReporter({ stream, resultStream, mode: 'json' });
    reporter.report(events[0] as BuildEvent);
    reporter.report({ type: 'warning', failure: failures[0] });
    reporter.finish({ kind: 'failed', failures });
    const lines = resultStream
      .text()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    const failure = expect.objectContaining({
      code: 'root-empty',
      exitCode: 1,
      details: { elements: ['web'] },
    }) as unknown;
    expect(lines).toEqual([
      events[0],
      { type: 'warning', failure },
      { type: 'finished', outcome: 'failed', failures: [failure] },
    ]);
    expect(stream.text()).toBe('');
  });
});

describe('interactive', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const size = { columns: 60, rows: 24 };
  const environment = { NO_COLOR: '1' };

  test('shows the step and the hook at work, redrawn as time passes', async () => {
    const [stream, clock] = [fakeTerminal(size), testClock()];
    const reporter = await createReporter({
      stream,
      mode: 'interactive',
      steps: ['root', 'install', 'post-install'],
      environment,
      now: clock.now,
    });
    for (const event of events.slice(0, 4)) reporter.report(event);
    clock.moveTo(65_000);
    vi.advanceTimersByTime(100);
    expect(screenAfter(stream.text())).toEqual([
      '✔ root           cached      0.0 s   121 MB',
      '⠋ install        step 2 of 3, 1:05 of about 1:10',
      '  hook 1 of 2: 50-web (web)  1:05',
      '  Setting up web',
      '',
    ]);
    reporter.finish({ kind: 'cancelled' });
  });

  test('leaves nothing on the screen but what must stay and the summary', async () => {
    const [stream, clock] = [fakeTerminal(size), testClock()];
    const reporter = await createReporter({ stream, mode: 'interactive', environment, now: clock.now });
    for (const event of events.slice(0, 4)) reporter.report(event);
    reporter.report({ type: 'note', message: 'the lock is 12 days old' });
    vi.advanceTimersByTime(500);
    for (const event of events.slice(4)) reporter.report(event);
    clock.moveTo(36_000);
    reporter.finish({ kind: 'done' });
    const written = stream.text();
    expect(screenAfter(written)).toEqual(['the lock is 12 days old', ...table, '']);
    vi.advanceTimersByTime(1000);
    expect(stream.text()).toBe(written);
  });

  test('output of hooks alone draws nothing until the next tick', async () => {
    const stream = fakeTerminal(size);
    const reporter = await createReporter({ stream, mode: 'interactive', environment, now: () => 0 });
    for (const event of events.slice(0, 3)) reporter.report(event);
    const before = stream.text();
    for (let line = 0; line < 1000; line += 1)
      reporter.report({ ...events[3], line: `line ${line}` } as BuildEvent);
    expect(stream.text()).toBe(before);
    vi.advanceTimersByTime(100);
    expect(screenAfter(stream.text()).at(-2)).toBe('  line 999');
    reporter.finish({ kind: 'cancelled' });
  });
});
