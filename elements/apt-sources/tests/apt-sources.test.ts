import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const sources = `mkdir -p "$TARGET_ROOT/etc/apt/sources.list.d"
echo 'deb http://old.example/debian bookworm main' >"$TARGET_ROOT/etc/apt/sources.list.d/default.list"
echo 'deb http://old.example/debian bookworm main' >"$TARGET_ROOT/etc/apt/sources.list"
`;
const elements = {
  own: { 'root.d/50-sources': sources },
  later: {
    'pre-install.d/10-later': "echo 'deb http://later.example ./' >/etc/apt/sources.list.d/later.list\n",
  },
};

elementTest(
  'puts a file of the host in place of all sources of the tree, not of those that come later',
  async (element) => {
    const environment = { DIB_APT_SOURCES: `${element.folder}/README.md` };
    const built = await element.run({ with: ['own', 'later'], elements, environment });
    expect(await built.tree.read('/etc/apt/sources.list')).toContain('# apt-sources');
    expect(await built.tree.list('/etc/apt/sources.list.d')).toEqual(['later.list']);
  },
);

elementTest(
  'leaves the sources alone where no file is named, and refuses one that is not there',
  async (element) => {
    const built = await element.run({ with: ['own'], elements });
    expect(await built.tree.read('/etc/apt/sources.list')).toContain('old.example');
    const failed = await element.expectFailure({ environment: { DIB_APT_SOURCES: '/nowhere' } });
    expect(failed.output).toContain("names '/nowhere', which is no file, or empty");
  },
);
