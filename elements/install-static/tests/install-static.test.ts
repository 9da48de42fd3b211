import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

elementTest(
  'copies the static folders of elements over the root, as modes and links are',
  async (element) => {
    const built = await element.run({
      with: ['web'],
      elements: {
        web: {
          'static/etc/web.conf': 'port 80\n',
          'static/usr/local/bin/web': '#!/bin/bash\necho web\n',
          'static/etc/web.conf.orig': 'left out, as rsync leaves it out\n',
        },
      },
    });
    expect(await built.tree.read('/etc/web.conf')).toBe('port 80\n');
    expect(await built.tree.mode('/usr/local/bin/web')).toBe('0755');
    expect(await built.tree.owner('/etc/web.conf')).toBe('0:0');
    expect(await built.tree.exists('/etc/web.conf.orig')).toBe(false);
  },
);
