import { join } from 'node:path';
import { copyFolder } from '@kiln/testkit/rig/copy-folder.ts';
import { startLoopbackServer, type LoopbackServer } from '@kiln/testkit/rig/loopback-server.ts';
import { makeWheel } from '@kiln/testkit/rig/make-wheel.ts';
import { hooksRun, readFromTar, type Rig } from '@kiln/testkit/rig/open-rig.ts';
import { expect } from 'vitest';
import { done, scenario } from './scenario.ts';

const elements = join(import.meta.dirname, '../../elements');
const wheel = makeWheel('one', '1.0');

/** Stands for pip, which the tiny tree has not: takes the first file of the project `one` from the index. */
const install = `
read_url() {
    local place=\${1#http://}
    if [[ $1 == file://* ]]; then
        cat "\${1#file://}\${2:-}"
        return
    fi
    exec 3<>"/dev/tcp/127.0.0.1/$(echo "\${place#*:}" | { IFS=/ read -r port _; echo "$port"; })"
    printf 'GET /%s HTTP/1.0\\r\\n\\r\\n' "\${place#*/}" >&3
    cat <&3
}
page=$(read_url "$PIP_INDEX_URL/one/" index.html)
[[ $page =~ href=\\"../../(files/[^\\"#]*) ]]
read_url "\${PIP_INDEX_URL%/simple}/\${BASH_REMATCH[1]}" >/wheel
echo "$PIP_CACHE_DIR" >/pip-cache
`;

async function prepare(rig: Rig): Promise<LoopbackServer> {
  for (const name of ['pypi', 'pip-cache'])
    await copyFolder(join(elements, name), join(rig.root, 'elements', name));
  await rig.element('app', { 'install.d/50-pip': install });
  await rig.image('box', ['app', 'pip-cache']);
  const upstream = await startLoopbackServer();
  const { filename, sha256, bytes } = wheel;
  upstream.content.set('/simple/one/', `<a href="/w/${filename}#sha256=${sha256}">${filename}</a>`);
  upstream.content.set(`/w/${filename}`, bytes);
  return upstream;
}

scenario('packages come by way of the store, once, and offline from there', async (rig) => {
  const upstream = await prepare(rig);
  const options = { environment: { DIB_PYPI_MIRROR_URL: `${upstream.url}/simple` } };
  const first = done(await rig.build('box', options));
  const archive = first.artifacts[0]?.file ?? '';
  expect(await readFromTar(archive, 'wheel')).toContain("VERSION = '1.0'");
  expect(await readFromTar(archive, 'pip-cache')).toBe('/tmp/pip');

  await rig.element('app', { 'install.d/50-pip': `${install}\necho again >/again\n` });
  done(await rig.build('box', options));
  const fetched = upstream.requests.filter((path) => path.startsWith('/w/'));
  expect(fetched, 'the second build had the file from the store').toHaveLength(1);

  await upstream.close();
  await rig.element('app', { 'install.d/50-pip': `${install}\necho offline >/again\n` });
  const offline = done(await rig.build('box', { ...options, network: 'offline' }));
  expect(hooksRun(offline)).toContain('install.d/50-pip');
  const offlineArchive = offline.artifacts[0]?.file ?? '';
  expect(await readFromTar(offlineArchive, 'again')).toBe('offline');
  expect(await readFromTar(offlineArchive, 'wheel')).toContain("VERSION = '1.0'");
});

scenario('the layers do not tell where packages came from', async (rig) => {
  const upstream = await prepare(rig);
  await rig.element('app', { 'install.d/50-pip': 'echo "${PIP_INDEX_URL%%:*}" >/dev/null\n' });
  const options = { environment: { DIB_PYPI_MIRROR_URL: `${upstream.url}/simple` } };
  const online = done(await rig.build('box', options));
  await upstream.close();
  await rig.remove('store/v1/content');
  await rig.remove('dist');
  const offline = done(await rig.build('box', { ...options, network: 'offline' }));
  expect(offline.steps.map((step) => step.record)).toEqual(online.steps.map((step) => step.record));
});
