import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

// Stands in for curl: what the server answers is in /answer, and what is downloaded in /body.
const curl = `while [ $# -gt 0 ]; do case $1 in --output) shift; cp /body "$1" ;; esac; shift; done; cat /answer`;

elementTest(
  'downloads a file, keeps it where the server has nothing newer, and tells a missing one',
  async (element) => {
    const fetched = `
printf 200 >/answer; echo one >/body; cache-url http://x.example/file /tmp/file
printf 304 >/answer; : >/body; cache-url http://x.example/file /tmp/file
printf 404 >/answer; cache-url http://x.example/gone /tmp/gone || echo "status $?" >/status
cp -p /tmp/file /kept; ls /tmp >/left
`;
    const built = await element.run({
      elements: { web: { 'install.d/50-fetch': fetched } },
      with: ['web'],
      commands: { curl },
    });
    expect(await built.tree.read('/kept')).toBe('one\n');
    expect(await built.tree.mode('/kept')).toBe('0644');
    expect(await built.tree.read('/status')).toBe('status 44\n');
    expect(await built.tree.read('/left')).not.toMatch(/gone|download/);
    const calls = await built.calls('curl');
    expect(calls[0]).not.toContain('--time-cond');
    expect(calls[1]).toContain('--time-cond /tmp/file');
  },
);
