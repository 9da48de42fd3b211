import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { createGitUpstream } from '@kiln/testkit/rig/git-upstream.ts';
import { expect } from 'vitest';

elementTest(
  'puts repositories and files where elements want them, and writes down the commit',
  async (element) => {
    const folder = await mkdtemp(join(tmpdir(), 'kiln-sources-'));
    try {
      const upstream = await createGitUpstream(join(folder, 'upstream'));
      const commit = await upstream.commit({ 'web.conf': 'port 80\n' }, 'First');
      await writeFile(join(folder, 'notes.txt'), 'notes\n');
      const lines = [
        `web git /opt/web ${upstream.location} main`,
        `notes file /opt/notes.txt file://${folder}/notes.txt`,
      ];
      const built = await element.run({
        elements: { web: { 'source-repository-web': `${lines.join('\n')}\n` } },
        with: ['web'],
        network: 'online',
      });
      expect(await built.tree.read('/opt/web/web.conf')).toBe('port 80\n');
      expect(await built.tree.read('/opt/notes.txt')).toBe('notes\n');
      expect(await built.tree.read('/etc/dib-source-repositories')).toBe('/opt/web\n/opt/notes.txt\n');
      expect(await built.tree.read('/etc/dib-manifests/dib-manifest-git-source-repositories')).toContain(
        commit,
      );
      const none = await element.run({
        elements: { web: { 'source-repository-web': `${lines.join('\n')}\n` } },
        with: ['web'],
        environment: { DIB_DEFAULT_INSTALLTYPE: 'package' },
      });
      expect(await none.tree.exists('/opt/web')).toBe(false);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);
