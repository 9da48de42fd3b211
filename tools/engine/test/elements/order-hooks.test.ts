import { describe, expect, it } from 'vitest';
import { mergeHooks } from '../../src/elements/merge-hooks.ts';
import { orderEnvironmentFiles } from '../../src/elements/order-environment-files.ts';
import { hookOrder, hooksOfPhase, isHookName } from '../../src/elements/order-hooks.ts';
import { elementOf, script, type TreeFixture } from './element-fixture.ts';

const hooksOf = (tree: TreeFixture) => mergeHooks([elementOf('e', tree)]).files;

/** Seen from dib-run-parts of diskimage-builder 3.13. */
const runPartsOrder = '-5-neg 00-a _u abc open-x 01-b 05-c 5-b 5a 9-c 10-d 100-e'.split(' ');

describe('hookOrder', () => {
  it('is that of dib-run-parts', () => {
    expect(runPartsOrder.toReversed().toSorted(hookOrder)).toEqual(runPartsOrder);
    expect(runPartsOrder.toSorted().toSorted(hookOrder)).toEqual(runPartsOrder);
  });

  it('compares numbers beyond the safe integers, and minus zero as zero', () => {
    expect(['9007199254740993-a', '9007199254740992-b'].toSorted(hookOrder)[0]).toBe('9007199254740992-b');
    expect(['00-b', '-0-a'].toSorted(hookOrder)).toEqual(['-0-a', '00-b']);
  });
});

describe('isHookName', () => {
  it.each(['10-web', '_u', 'A9', '-5'])('accepts %s', (name) => expect(isHookName(name)).toBe(true));
  it.each(['10-web.sh', '10-web~', '.hidden', 'a b', '', 'ä'])("refuses '%s'", (name) =>
    expect(isHookName(name)).toBe(false),
  );
});

describe('hooksOfPhase', () => {
  it('takes executable files with a hook name directly in the folder of the phase, in order', () => {
    const files = hooksOf({
      'install.d/100-late': script(),
      'install.d/20-early': script(),
      'install.d/10-web.sh': script(),
      'install.d/30-data': 'not executable',
      'install.d/source-install/40-deep': script(),
      'post-install.d/10-other': script(),
    });
    expect(hooksOfPhase(files, 'install').map((it) => it.path)).toEqual([
      'install.d/20-early',
      'install.d/100-late',
    ]);
    expect(hooksOfPhase(files, 'cleanup')).toEqual([]);
  });

  it('follows links among the hooks', () => {
    const files = hooksOf({
      'install.d/10-link': { link: '../bin/tool' },
      'install.d/20-to-link': { link: '10-link' },
      'install.d/30-to-data': { link: '../bin/data' },
      'install.d/40-dangling': { link: '../bin/none' },
      'install.d/50-outside': { link: '/bin/true' },
      'install.d/60-loop': { link: '60-loop' },
      'bin/tool': script(),
      'bin/data': 'data',
    });
    expect(hooksOfPhase(files, 'install').map((it) => it.path)).toEqual([
      'install.d/10-link',
      'install.d/20-to-link',
      'install.d/50-outside',
    ]);
  });
});

describe('orderEnvironmentFiles', () => {
  it('goes by bytes, allows dots and needs no executable bit', () => {
    const tree = {
      '9-c': '',
      '100-b': '',
      '10-a.bash': '',
      '00-z': script(),
      'bad name': '',
      'sub/10-x': '',
    };
    const files = hooksOf(
      Object.fromEntries(Object.entries(tree).map(([path, it]) => [`environment.d/${path}`, it])),
    );
    expect(orderEnvironmentFiles(files).map((it) => it.path.slice('environment.d/'.length))).toEqual([
      '00-z',
      '10-a.bash',
      '100-b',
      '9-c',
    ]);
  });
});
