import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type Rig, readFromTar } from '@kiln/testkit/rig/open-rig.ts';
import { expect } from 'vitest';
import { type ScriptRun, startScript } from './run-script.ts';
import { scenario } from './scenario.ts';

const folder = join(import.meta.dirname, '../../tools/cli/bin');

interface Call {
  readonly environment?: Readonly<Record<string, string>>;
  readonly command?: string;
}

/** Calls `disk-image-create` by its plain name, in the folder `out`, which is in no workspace. */
async function create(rig: Rig, line: string, call: Call = {}): Promise<ScriptRun> {
  return (await start(rig, line, call)).finished;
}

async function start(rig: Rig, line: string, { environment = {}, command }: Call = {}) {
  const cwd = join(rig.root, 'out');
  await mkdir(cwd, { recursive: true });
  return startScript(join(folder, command ?? 'disk-image-create'), line.split(' '), {
    cwd,
    environment: {
      KILN_STORE: rig.store,
      ELEMENTS_PATH: join(rig.root, 'elements'),
      DIB_NO_TIMESTAMP: '1',
      ...environment,
    },
  });
}

const output = (rig: Rig, name: string): string => join(rig.root, 'out', name);

async function prepare(rig: Rig): Promise<void> {
  await rig.element('web', {
    'environment.d/10-web.bash': 'export WEB_NAME=${WEB_NAME:-web}\n',
    'extra-data.d/10-data': 'echo data >"$TMP_HOOKS_PATH/data"\n',
    'install.d/9-first': 'echo "$WEB_NAME" >/first\n',
    'install.d/10-second': 'echo second >/second; echo said\n',
    'cleanup.d/50-kernel':
      'echo kernel >"$IMAGE_NAME.kernel"; mkdir "$IMAGE_NAME.d"; echo list >"$IMAGE_NAME.d/list"\n',
  });
}

/** What the log says of hooks, phases and outputs. */
function story({ stdout }: ScriptRun): readonly string[] {
  return stdout
    .split('\n')
    .filter((line) => /Running|restored|resumed|Target:|Image file|Build completed/.test(line))
    .map((line) => line.replace('dib-run-parts ', ''));
}

scenario('a build prints what diskimage-builder prints, and leaves what it leaves', async (rig) => {
  await prepare(rig);
  const run = await create(rig, '-n -t tar -o sub/box.tar tiny-os web');
  expect(run.stderr).toBe('');
  expect(run.exitCode).toBe(0);
  expect(story(run)).toEqual([
    'Running /run/kiln/hooks/root.d/10-tree',
    'Target: root.d',
    'Running /run/kiln/hooks/extra-data.d/10-data',
    'Target: extra-data.d',
    'Running /tmp/in_target.d/install.d/9-first',
    'Running /tmp/in_target.d/install.d/10-second',
    'Target: install.d',
    'Running /run/kiln/hooks/cleanup.d/50-kernel',
    'Target: cleanup.d',
    'Image file sub/box.tar created...',
    'Build completed successfully',
  ]);
  expect(run.stdout).toContain(
    '\nBuilding elements: tiny-os web\nExpanded element dependencies to: tiny-os web\n',
  );
  expect(run.stdout).toContain(
    'dib-run-parts Sourcing environment file /tmp/in_target.d/install.d/../environment.d/10-web.bash\n',
  );
  expect(run.stdout).toContain(
    'Running /tmp/in_target.d/install.d/10-second\nsaid\ndib-run-parts 10-second completed\n',
  );
  expect((await readdir(output(rig, 'sub'))).toSorted()).toEqual(['box.d', 'box.kernel', 'box.tar']);
  expect(await readFile(output(rig, 'sub/box.d/list'), 'utf8')).toBe('list\n');
  expect(await readFromTar(output(rig, 'sub/box.tar'), 'first')).toBe('web');
});

scenario('the same again says what was restored and leaves the image alone', async (rig) => {
  await prepare(rig);
  await create(rig, '-n -t tar -o box tiny-os web');
  const run = await create(rig, '-n -t tar -o box tiny-os web');
  expect(story(run)).toEqual([
    'kiln: root.d restored (unchanged)',
    'kiln: extra-data.d restored (unchanged)',
    'kiln: install.d restored (unchanged)',
    'kiln: cleanup.d restored (unchanged)',
    'Image file box.tar unchanged',
    'Build completed successfully',
  ]);
  expect((await readdir(output(rig, ''))).toSorted()).toEqual(['box.d', 'box.kernel', 'box.tar']);
});

scenario(
  'an image of other content is kept under its date, with its checksums, unless it may be overwritten',
  async (rig) => {
    await prepare(rig);
    await create(rig, '-n --checksum -t tar -o box tiny-os web');
    const before = await readFile(output(rig, 'box.tar.sha256'), 'utf8');
    await create(rig, '-n --checksum -t tar -o box tiny-os web', { environment: { WEB_NAME: 'other' } });
    const names = (await readdir(output(rig, ''))).filter((name) => name.includes('.tar'));
    const dated = names
      .filter((name) => /^box-\d{4}\.\d\d\.\d\d-\d\d\.\d\d\.\d\d\.tar/.test(name))
      .toSorted();
    expect(dated.map((name) => name.replace(/^.*\.tar/, ''))).toEqual(['', '.md5', '.sha256']);
    expect(await readFile(output(rig, dated[2] ?? ''), 'utf8')).toBe(before);
    expect(await readFile(output(rig, 'box.tar.sha256'), 'utf8')).toMatch(/^[0-9a-f]{64} {2}box\.tar\n$/);
    const environment = { WEB_NAME: 'third', OVERWRITE_OLD_IMAGE: '1', DIB_CHECKSUM: 'md5' };
    await create(rig, '-n -t tar -o box tiny-os web', { environment });
    const after = (await readdir(output(rig, ''))).filter((name) => name.includes('.tar'));
    expect(after.toSorted()).toEqual([...dated, 'box.tar', 'box.tar.md5']);
  },
);

scenario(
  'a build that failed at the last hook goes on there, and a shell can be had before it',
  async (rig) => {
    await prepare(rig);
    await rig.element('web', { 'install.d/10-second': 'echo broken; exit 3\n' });
    const failed = await create(rig, '-n -t tar -o box tiny-os web');
    expect(failed.exitCode).toBe(1);
    expect(failed.stdout).toContain('dib-run-parts 9-first completed');
    expect(failed.stdout).not.toContain('10-second completed');
    expect(failed.stdout).toContain(
      'disk-image-create -n -t tar -o box tiny-os web --shell-before install.d/10-second',
    );
    await rig.element('web', { 'install.d/10-second': 'echo second >/second\n' });
    const mended = await create(rig, '-n -t tar -o box tiny-os web');
    expect(mended.exitCode).toBe(0);
    expect(story(mended)[0]).toBe('kiln: root.d restored (unchanged)');
    const shell = await create(rig, '-n -t tar -o box tiny-os web --shell-before install.d/10-second');
    expect(shell.exitCode).toBe(0);
  },
);

scenario('wrong use and wrong elements end with 1, in the words of upstream', async (rig) => {
  await prepare(rig);
  const says = async (line: string, environment = {}) => {
    const { exitCode, stdout, stderr } = await create(rig, line, { environment });
    expect(exitCode).toBe(1);
    return `${stdout}${stderr}`;
  };
  expect(await says('--ofline tiny-os')).toContain(
    "disk-image-create: unrecognized option '--ofline'\n  did you mean '--offline'?",
  );
  expect(await says('-n')).toContain('ERROR: At least one distribution root element must be specified');
  expect(await says('-n tiny-oss')).toContain(
    "ERROR: Element 'tiny-oss' not found\n  hint: did you mean 'tiny-os'?",
  );
  expect(await says('-n web')).toContain('ERROR: Please include an operating system element');
  expect(await says('-n -t docker tiny-os')).toContain('Please set --docker-target.');
  expect(await says('-n tiny-os', { ELEMENTS_PATH: '/no/such' })).toContain(
    "ERROR: ELEMENTS_PATH entry '/no/such' is not a directory",
  );
});

scenario('a log file gets the log with times, and failures are told all the same', async (rig) => {
  await prepare(rig);
  const quiet = await create(rig, '-n -t tar -o box --logfile build.log tiny-os web');
  expect([quiet.stdout, quiet.stderr, quiet.exitCode]).toEqual(['', '', 0]);
  const failed = await create(rig, '-n -t tar -o box --logfile build.log nothing');
  expect(failed.stdout).toBe('');
  expect(failed.stderr).toContain("ERROR: Element 'nothing' not found");
  const lines = (await readFile(output(rig, 'build.log'), 'utf8')).trimEnd().split('\n');
  expect(lines.every((line) => /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \| /.test(line))).toBe(true);
  expect(lines.filter((line) => line.endsWith('Build completed successfully'))).toHaveLength(1);
  expect(lines.at(-1)).toContain('hint');
});

scenario(
  'an element is named after the folder behind a link; the first folder of the path that has it wins',
  async (rig) => {
    await prepare(rig);
    await rig.write('mine/web/install.d/9-first', '#!/bin/bash\necho mine >/first\n');
    await mkdir(join(rig.root, 'links'));
    await symlink('../mine/web', join(rig.root, 'links/alias'));
    const path = (name: string) => `${join(rig.root, name)}:${join(rig.root, 'elements')}`;
    const run = await create(rig, '-n -t tar -o box tiny-os web', {
      environment: { ELEMENTS_PATH: path('links') },
    });
    expect(await readFromTar(output(rig, 'box.tar'), 'first')).toBe('mine');
    expect(run.stdout).toContain(
      `WARNING Element <${join(rig.root, 'mine/web')}> overrides <${join(rig.root, 'elements/web')}>`,
    );
  },
);

scenario('a cache that is named is what hooks find, and the store lies in it', async (rig) => {
  await rig.element('web', {
    'extra-data.d/10-cache': 'cat "$DIB_IMAGE_CACHE/seed"; echo new >"$DIB_IMAGE_CACHE/new"\n',
  });
  await rig.write('cache/seed', 'from before\n');
  const cache = join(rig.root, 'cache');
  const environment = { KILN_STORE: '' };
  const run = await create(rig, `-n -t tar -o box --image-cache ${cache} tiny-os web`, { environment });
  expect(run.exitCode).toBe(0);
  expect(run.stdout).toContain('\nfrom before\n');
  expect(await readFile(join(cache, 'new'), 'utf8')).toBe('new\n');
  expect(existsSync(join(cache, 'kiln/v1/content'))).toBe(true);
});

scenario('a ramdisk, and an image without a final image, leave what their hooks hand out', async (rig) => {
  await prepare(rig);
  await rig.element('ramdisk', { 'README.md': 'stands for the one that makes ramdisks\n' });
  const ramdisk = await create(rig, '-n -o deploy tiny-os web', { command: 'ramdisk-image-create' });
  expect(ramdisk.exitCode).toBe(0);
  expect(ramdisk.stdout).toContain('Building elements: ramdisk tiny-os web');
  expect((await readdir(output(rig, ''))).toSorted()).toEqual(['deploy.d', 'deploy.kernel']);
  await rig.element('my-no-final-image', { 'README.md': 'its name says it\n' });
  await create(rig, '-n -t qcow2,tar -o agent tiny-os web my-no-final-image');
  const made = (await readdir(output(rig, ''))).filter((name) => name.startsWith('agent'));
  expect(made.toSorted()).toEqual(['agent.d', 'agent.kernel', 'agent.tar']);
});

scenario('a dry run and an explanation write nothing', async (rig) => {
  await prepare(rig);
  const dry = await create(rig, '-n -t tar -o box --dry-run --json tiny-os web');
  const { steps } = JSON.parse(dry.stdout) as {
    readonly steps: readonly { readonly step: string; readonly fate: string }[];
  };
  expect(steps.map(({ step, fate }) => `${step} ${fate}`)).toContain('root run');
  expect(await readdir(output(rig, ''))).toEqual([]);
  await create(rig, '-n -t tar -o box tiny-os web');
  await rig.element('web', { 'install.d/10-second': 'echo otherwise >/second\n' });
  const why = await create(rig, '-n -t tar -o box --explain tiny-os web');
  expect(why.stdout).toContain('install.d/10-second of web changed');
});

scenario('an interrupted build ends with 130, says so, and leaves nothing but what is done', async (rig) => {
  const gate = await rig.gate('middle');
  await rig.element('web', {
    'install.d/10-done': 'echo done >/done\n',
    'post-install.d/10-wait': gate.lines('chroot'),
  });
  const build = await start(rig, '-n -t tar -o box tiny-os web');
  await gate.reached();
  build.interrupt();
  const { exitCode, stdout } = await build.finished;
  expect(exitCode).toBe(130);
  expect(stdout.endsWith('kiln: interrupted\n')).toBe(true);
  expect(await readdir(output(rig, ''))).toEqual([]);
  await gate.leaveOpen();
  const again = await create(rig, '-n -t tar -o box tiny-os web');
  expect(story(again).slice(0, 3)).toEqual([
    'kiln: root.d restored (unchanged)',
    'kiln: install.d restored (unchanged)',
    'Running /tmp/in_target.d/post-install.d/10-wait',
  ]);
});
