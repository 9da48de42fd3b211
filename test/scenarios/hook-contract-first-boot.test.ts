import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '@kiln/engine/util/run-command.ts';
import { listTar, readFromTar } from '@kiln/testkit/rig/open-rig.ts';
import { expect } from 'vitest';
import { done, scenario } from './scenario.ts';

const firstBoot = {
  'first-boot.d/9-early': '#!/bin/bash\necho 9 >>"${0%/etc/*}/ran"\n',
  'first-boot.d/10-late': '#!/bin/bash\necho 10 >>"${0%/etc/*}/ran"\n[ -e "${0%/etc/*}/may" ]\n',
  'first-boot.d/20-last': '#!/bin/bash\necho 20 >>"${0%/etc/*}/ran"\n',
  'first-boot.d/readme.txt': '#!/bin/bash\necho never >>"${0%/etc/*}/ran"\n',
} as const;

scenario(
  'first-boot.d: hooks are in the image, and run once, in numeric order, at its first boot',
  async (rig) => {
    const systemd = 'mkdir -p /usr/lib/systemd\n: >/usr/lib/systemd/systemd\n';
    await rig.element('web', { ...firstBoot, 'install.d/10-systemd': systemd });
    await rig.image('box', ['web']);
    const archive = done(await rig.build('box')).artifacts[0]?.file ?? '';
    expect(await listTar(archive)).toEqual(
      expect.arrayContaining([
        'etc/first-boot.d/9-early',
        'etc/systemd/system/multi-user.target.wants/first-boot-hooks.service',
      ]),
    );
    const unit = await readFromTar(archive, 'etc/systemd/system/first-boot-hooks.service');
    expect(unit).toContain('ExecStart=/usr/local/sbin/run-first-boot-hooks');

    const root = await mkdtemp(join(rig.root, 'booted-'));
    await runCommand({ file: 'tar', args: ['-xf', archive, '-C', root] });
    const boot = () => runCommand({ file: join(root, 'usr/local/sbin/run-first-boot-hooks'), args: [root] });
    const ran = async () => (await readFile(join(root, 'ran'), 'utf8')).trim().split('\n');
    expect((await boot()).ok, 'one fails').toBe(false);
    expect(await ran()).toEqual(['9', '10']);
    await rig.write(join(root.slice(rig.root.length + 1), 'may'), '');
    expect((await boot()).ok).toBe(true);
    expect(await ran(), 'from the one that failed').toEqual(['9', '10', '10', '20']);
    await boot();
    expect(await ran()).toHaveLength(4);
    await rm(root, { recursive: true });
  },
);

scenario('first-boot.d: without systemd a script of init runs them', async (rig) => {
  await rig.element('web', firstBoot);
  await rig.image('box', ['web']);
  const paths = await listTar(done(await rig.build('box')).artifacts[0]?.file ?? '');
  expect(paths).toEqual(
    expect.arrayContaining(['etc/init.d/first-boot-hooks', 'etc/rc2.d/S99first-boot-hooks']),
  );
  expect(paths.filter((path) => path.includes('systemd'))).toEqual([]);
});
