import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hooksRun, type Rig } from '@kiln/testkit/rig/open-rig.ts';
import { expect } from 'vitest';
import { done, scenario } from './scenario.ts';

async function exported(rig: Rig): Promise<unknown> {
  const manifest = await readFile(join(rig.root, 'dist/box/manifest.json'), 'utf8');
  return (JSON.parse(manifest) as { readonly exported: unknown }).exported;
}

scenario('the manifest tells what hooks saw in the variables that checks look at', async (rig) => {
  await rig.element('web', {
    'environment.d/10-web.bash':
      'export WEB_PORT=${WEB_PORT:-80} WEB_PASSWORD=secret WEB_OTHER=1\nexport WEB_TLS=$((WEB_PORT + 363))\n',
    'environment.d/20-more.bash':
      'export WEB_MODE=$([ -z "${WEB_PASSWORD_FILE:-}" ] && echo open || echo closed)\n',
    'verify.yaml': [
      '- { file: /etc/mode, when: WEB_MODE=open }',
      '- { file: /etc/web, when: [WEB_PORT=80, WEB_TLS!=443] }',
      '- { file: /etc/none, when: WEB_UNSET= }',
      '- { file: /etc/login, when: WEB_PASSWORD!= }',
      '',
    ].join('\n'),
  });
  await rig.image('box', ['web']);
  done(await rig.build('box'));
  expect(await exported(rig)).toEqual({ WEB_MODE: 'open', WEB_PORT: '80', WEB_TLS: '443' });
  done(await rig.build('box', { environment: { WEB_PORT: '90' } }));
  expect(await exported(rig)).toEqual({ WEB_MODE: 'open', WEB_PORT: '90', WEB_TLS: '453' });

  await rig.element('web', { 'verify.yaml': '- { file: /etc/web, when: WEB_OTHER=1 }\n' });
  const again = done(await rig.build('box', { environment: { WEB_PORT: '90' } }));
  expect(hooksRun(again), 'checks are none of the steps’ business').toEqual([]);
  expect(await exported(rig)).toEqual({ WEB_OTHER: '1' });
});
