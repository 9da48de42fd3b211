import { describe, expect, it } from 'vitest';
import type { Failure } from '../../src/diagnostics/failure.ts';
import { type RenderOptions, renderFailure, renderFailures } from '../../src/diagnostics/render-failure.ts';

const sources: Readonly<Record<string, string>> = {
  'image.yaml:12': '  - debian-minimall',
  'image.yaml:3': '\tsize:\tbig',
  'image.yaml:4': '',
};

const plain: RenderOptions = {
  severity: 'error',
  colour: 'never',
  readSourceLine: (file, line) => sources[`${file}:${line}`],
};

const notFound: Failure = {
  code: 'element-not-found',
  element: 'debian-minimall',
  near: 'debian-minimal',
  place: { file: 'image.yaml', line: 12, column: 5, length: 15 },
};

describe('renderFailure', () => {
  it('shows message, place, underlined source and hint', () => {
    expect(renderFailure(notFound, plain)).toBe(
      [
        "error[element-not-found]: element 'debian-minimall' not found",
        '   --> image.yaml:12:5',
        '    |',
        ' 12 |   - debian-minimall',
        '    |     ^^^^^^^^^^^^^^^',
        "    = hint: did you mean 'debian-minimal'?",
      ].join('\n'),
    );
  });

  it('keeps the underline below the text after tabs', () => {
    const failure: Failure = {
      code: 'definition-wrong-value',
      key: 'size',
      expected: 'expected a size',
      place: { file: 'image.yaml', line: 3, column: 8, length: 3 },
    };
    expect(renderFailure(failure, plain).split('\n').slice(3)).toEqual([
      ' 3 |     size:    big',
      '   |              ^^^',
    ]);
  });

  it('underlines one character where the range is beyond the line', () => {
    const place = { file: 'image.yaml', line: 4, column: 1, length: 9 };
    expect(
      renderFailure({ code: 'definition-not-yaml', reason: 'x', place }, plain).split('\n').slice(3),
    ).toEqual([' 4 |', '   | ^']);
  });

  it('shows the place alone where the source cannot be read, and the file alone for a whole file', () => {
    const gone = { file: 'gone.yaml', line: 7, column: 2, length: 3 };
    const render = (place: Failure['place']) =>
      renderFailure({ code: 'definition-not-yaml', reason: 'x', place }, plain);
    expect(render(gone)).toBe('error[definition-not-yaml]: this is not valid YAML: x\n  --> gone.yaml:7:2');
    expect(render({ ...gone, length: 0 })).toBe(
      'error[definition-not-yaml]: this is not valid YAML: x\n  --> gone.yaml',
    );
  });

  it('shows all lines of a long message, and a hint without a place', () => {
    const failure: Failure = {
      code: 'hook-failed',
      element: 'web',
      phase: 'install',
      hook: '10-web',
      where: 'inside the chroot',
      status: 'exit status 2',
      seconds: 1.25,
      lastLines: ['boom'],
      logFile: '/tmp/web.log',
      replay: 'kiln shell web install',
    };
    expect(renderFailure(failure, plain)).toBe(
      [
        "error[hook-failed]: hook install.d/10-web of element 'web' failed inside the chroot: exit status 2 after 1.3 s",
        '  | boom',
        'whole log: /tmp/web.log',
        '  = hint: to look around in the state that it had: kiln shell web install',
      ].join('\n'),
    );
  });

  it('colours without changing the text', () => {
    const coloured = renderFailure(notFound, { ...plain, severity: 'warning', colour: 'always' });
    expect(coloured).toContain('\u001B[1;33mwarning[element-not-found]\u001B[0m');
    // eslint-disable-next-line no-control-regex
    const bare = coloured.replaceAll(/\u001B\[[\d;]*m/g, '');
    expect(bare).toBe(renderFailure(notFound, { ...plain, severity: 'warning' }));
  });

  it('separates several failures by a blank line', () => {
    const text = renderFailures([notFound, notFound], plain);
    expect(text.split('\n\n')).toEqual([renderFailure(notFound, plain), renderFailure(notFound, plain)]);
  });
});
