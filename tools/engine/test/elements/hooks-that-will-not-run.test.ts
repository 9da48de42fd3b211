import { describe, expect, it } from 'vitest';
import { hooksThatWillNotRun } from '../../src/elements/hooks-that-will-not-run.ts';
import { elementOf, script, type TreeFixture } from './element-fixture.ts';

function warnings(tree: TreeFixture) {
  return hooksThatWillNotRun(elementOf('e', tree)).map((it) =>
    it.code === 'hook-will-not-run' ? [it.hook, it.reason, it.remedy] : [it.code],
  );
}

describe('hooksThatWillNotRun', () => {
  it('names what is wrong and what to do', () => {
    expect(
      warnings({
        'install.d/10-plain': 'echo no shebang\n',
        'install.d/20-dot.sh': script(),
        'cleanup.d/30-both.v2': '#!/bin/sh\n',
        'root.d/a b': script(),
      }),
    ).toEqual([
      [
        'cleanup.d/30-both.v2',
        'it is not executable and its name has a dot',
        'chmod +x /elements/e/cleanup.d/30-both.v2, and rename it to 30-both-v2',
      ],
      ['install.d/10-plain', 'it is not executable', 'chmod +x /elements/e/install.d/10-plain'],
      ['install.d/20-dot.sh', 'its name has a dot', 'rename it to 20-dot'],
      ['root.d/a b', 'its name has characters other than letters, digits, _ and -', 'rename it to a-b'],
    ]);
  });

  it('is silent about hooks, data beside hooks, and other folders', () => {
    expect(
      warnings({
        'install.d/10-hook': script(),
        'install.d/package-installs-e': 'curl\n',
        'install.d/settings.conf': 'x = 1\n',
        'install.d/source-install/10-deep.sh': script(),
        'install.d/.hidden': script(),
        'environment.d/10-e.bash': 'export X=1\n',
        'bin/tool.py': script(),
      }),
    ).toEqual([]);
  });
});
