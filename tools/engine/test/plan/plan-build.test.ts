import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Element } from '../../src/elements/element.ts';
import type { ResolvedImage } from '../../src/elements/resolved-image.ts';
import { readElement } from '../../src/elements/read-element.ts';
import { chainHooks } from '../../src/execute/steps/hook-chain.ts';
import { emptyRecord } from '../../src/layers/layer-record.ts';
import { planBuild } from '../../src/plan/plan-build.ts';
import type { PlanSources } from '../../src/plan/plan-sources.ts';
import {
  elementOf,
  script,
  temporaryFolder,
  type TreeFixture,
  writeTree,
} from '../elements/element-fixture.ts';
import { declaring, imageOf, os, sources, web, webFiles } from './plan-fixture.ts';

/** The key of each step, as if nothing lay below it. */
function keysOf(image: ResolvedImage, from: PlanSources = sources): Readonly<Record<string, string>> {
  const { steps } = planBuild(image, from);
  return Object.fromEntries(steps.map((step) => [step.name, chainHooks(step, emptyRecord).key]));
}

/** Names of the steps whose keys differ between the image as it is and another one. */
function changedBy(
  image: ResolvedImage,
  from: PlanSources = sources,
  before = keysOf(imageOf()),
): readonly string[] {
  const now = keysOf(image, from);
  return Object.keys({ ...before, ...now }).filter((name) => before[name] !== now[name]);
}

const withWeb = (files: TreeFixture): ResolvedImage =>
  imageOf([os, elementOf('web', { ...webFiles, ...files })]);
const allSteps = ['root', 'install', 'post-root', 'block-device', 'finalise'];

test('plans a step for each phase with hooks, and those that the framework itself needs', () => {
  expect(planBuild(imageOf(), sources).steps.map((step) => step.name)).toEqual(allSteps);
  expect(planBuild(imageOf([os], { packages: [] }), sources).steps.map((step) => step.name)).toEqual([
    'root',
    'block-device',
    'finalise',
  ]);
});

test.each<[string, ResolvedImage, Partial<PlanSources>, readonly string[]]>([
  ['the architecture', imageOf(undefined, { architecture: 'arm64' }), {}, allSteps],
  ['the epoch', imageOf(), { epochSeconds: 1 }, allSteps],
  ['the packages', imageOf(undefined, { packages: ['curl', 'git'] }), {}, ['install']],
  ['fstab', imageOf(), { fstab: 'other' }, ['block-device']],
  ['the mount points', imageOf(), { disk: { ...sources.disk, DIB_MOUNTPOINTS: '/|/srv' } }, ['block-device']],
  ['a variable that the user sets', imageOf(), { user: { WEB_PORT: '8080' } }, allSteps],
  [
    'a variable that the definition sets',
    imageOf(undefined, { environment: { WEB_PORT: '8080' } }),
    {},
    allSteps,
  ],
  ['a pinned thing of the outside world', imageOf(), { locked: { install: { index: 'abc' } } }, ['install']],
  ["a hook's text", withWeb({ 'install.d/10-web': script('other') }), {}, ['install']],
  ["a hook's mode", withWeb({ 'install.d/20-more': 'not executable' }), {}, ['install']],
  ['a hook more', withWeb({ 'install.d/30-new': script() }), {}, ['install']],
  ['a hook in another phase', withWeb({ 'finalise.d/30-new': script() }), {}, ['finalise']],
  ['data beside hooks', withWeb({ 'install.d/web.conf': 'b' }), {}, ['install']],
  ['a program that a hook runs', withWeb({ 'kiln-programs/debootstrap': script() }), {}, ['root']],
  ['data that hooks mention', withWeb({ 'static/etc/motd': 'bye' }), {}, ['install', 'post-root']],
  ['files of the elements that hooks read', withWeb({ 'packages.list': 'apache2\n' }), {}, ['post-root']],
  ['what only hooks that look into the elements see', withWeb({ 'extra/file': 'x' }), {}, ['post-root']],
  ['environment.d', withWeb({ 'environment.d/10-web': 'export WEB_PORT=81' }), {}, allSteps],
])(
  '%s counts in the keys of the steps that it may change, and in no other',
  (_what, image, from, changed) => {
    expect(changedBy(image, { ...sources, ...from })).toEqual(changed);
  },
);

test('tools and files of the host count where the element that declares them has hooks', () => {
  const element = declaring(web, { hostTools: [{ tool: 'nginx' }], hostFiles: ['/etc/keys'] });
  const before = keysOf(imageOf([os, element]));
  const changed = (host: Readonly<Record<string, string>>) =>
    changedBy(imageOf([os, element]), { ...sources, host }, before);
  expect(changed({ nginx: 'digest' })).toEqual(['install', 'post-root']);
  expect(changed({ '/etc/keys': 'digest' })).toEqual(['install', 'post-root']);
  expect(changed({ other: 'digest' })).toEqual([]);
});

test('a variable that only element.yaml names counts, too', () => {
  const element = declaring(web, { variables: ['HIDDEN_*'] });
  const before = keysOf(imageOf([os, element]));
  const from = { ...sources, user: { HIDDEN_MODE: '1' } };
  expect(changedBy(imageOf([os, element]), from, before)).not.toEqual([]);
});

test('a package cache counts where it is mounted, for its folder is made there; its name does not', () => {
  const cached = (element: Element, name: string): Element =>
    declaring(element, { caches: [{ path: '/var/cache/web', place: 'target root', name, kind: 'files' }] });
  expect(changedBy(imageOf([os, cached(web, 'web')]))).toEqual(['install', 'post-root']);
  expect(changedBy(imageOf([cached(os, 'web'), web]))).toEqual(['root', 'install', 'post-root']);
  const renamed = keysOf(imageOf([os, cached(web, 'other')]));
  expect(changedBy(imageOf([os, cached(web, 'web')]), sources, renamed)).toEqual([]);
});

test.each<[string, ResolvedImage, Partial<PlanSources>]>([
  ['the order of the elements', imageOf([web, os]), {}],
  ["the image's name, where no hook mentions it", imageOf(undefined, { name: 'other' }), {}],
  [
    'what only decides the disk',
    imageOf(undefined, { sizeBytes: 1 << 30, formats: ['raw'], rootLabel: 'x' }),
    {},
  ],
  [
    'how the image is described and booted',
    imageOf(undefined, { description: 'x', configurations: { a: {} } }),
    {},
  ],
  ['a program that no hook runs', withWeb({ 'kiln-programs/unheard-of': script() }), {}],
  ['a variable that nothing mentions', imageOf(), { user: { OTHER_THING: '1' } }],
  [
    'the locale and the session',
    imageOf(),
    { user: { LANG: 'de_DE', LC_ALL: 'C', HOME: '/home/x', PATH: '/x', CI: '1' } },
  ],
  ['how bytes travel', imageOf(), { user: { http_proxy: 'http://192.0.2.1', DIB_OFFLINE: '1' } }],
  ['a tool of the host that nobody declares', imageOf(), { host: { gcc: 'digest' } }],
])('%s counts in no key', (_what, image, from) => {
  expect(changedBy(image, { ...sources, ...from })).toEqual([]);
});

test("an element's README, tests and checks, times of files and the place of the checkout count in no key", () => {
  const read = (extra: TreeFixture, time: number): Element => {
    const folder = writeTree(join(temporaryFolder(), 'web'), { ...webFiles, ...extra });
    for (const path of Object.keys(webFiles)) utimesSync(join(folder, path), time, time);
    const element = readElement(folder);
    if (!element.ok) throw new Error(JSON.stringify(element.failures));
    return element.value;
  };
  const before = keysOf(imageOf([os, read({}, 1_000_000)]));
  const extra = {
    'README.md': '# web',
    'tests/web.test.ts': 'test',
    'verify.yaml': '[]',
    'element.yaml': 'description: x\n',
  };
  expect(changedBy(imageOf([os, read(extra, 2_000_000)]), sources, before)).toEqual([]);
});

test('no key holds a path of the host', () => {
  const folder = writeTree(join(temporaryFolder(), 'web'), webFiles);
  const element = readElement(folder);
  if (!element.ok) throw new Error('unreadable');
  const { steps } = planBuild(imageOf([os, element.value]), { ...sources, user: { ...process.env } });
  expect(JSON.stringify(steps.map((step) => step.inputs))).not.toContain(folder);
});

test('what hooks see is what the key has: every variable, but for what says how bytes travel and what each process has', () => {
  const step = planBuild(imageOf(), { ...sources, user: { WEB_PORT: '8080', OTHER_THING: '1' } }).steps[1];
  const ofProcess = [
    'DIB_OFFLINE',
    'PS4',
    'PYTHONHASHSEED',
    'LC_ALL',
    'HOME',
    'USER',
    'LOGNAME',
    'SOURCE_DATE_EPOCH',
  ];
  const seen = Object.keys(step?.environment ?? {}).filter((name) => !ofProcess.includes(name));
  expect(seen).toContain('WEB_PORT');
  expect(seen.filter((name) => step?.inputs[`environment ${name}`] === undefined)).toEqual([]);
});

test('a variable that only hooks of other phases mention is none of extra-data', () => {
  const image = withWeb({
    'extra-data.d/10-data': script('echo $WEB_DATA'),
    'cleanup.d/10-name': script('echo $WEB_ARGUMENTS'),
  });
  const inputsOf = (step: string, user: Readonly<Record<string, string>>): readonly string[] =>
    Object.keys(planBuild(image, { ...sources, user }).steps.find(({ name }) => name === step)?.inputs ?? {});
  const user = { WEB_ARGUMENTS: '-t tar', WEB_DATA: 'x' };
  expect(inputsOf('extra-data', user)).toContain('environment WEB_DATA');
  expect(inputsOf('extra-data', user)).not.toContain('environment WEB_ARGUMENTS');
  expect(inputsOf('finalise', user)).toContain('environment WEB_ARGUMENTS');
});

test('a file whose name ends the name of one that a hook sources is not seen', () => {
  const image = withWeb({
    'install.d/40-lines': script('. /tmp/in_target.d/web-lines.bash'),
    'web-lines.bash': 'true\n',
    'lines.bash': 'echo $OTHER_LINES\n',
  });
  const { steps } = planBuild(image, { ...sources, user: { OTHER_LINES: '1' } });
  const inputs = Object.keys(steps.find(({ name }) => name === 'install')?.inputs ?? {});
  expect(inputs).toContain('web-lines.bash');
  expect(inputs).not.toContain('lines.bash');
  expect(inputs).not.toContain('environment OTHER_LINES');
});

test('an element that is not restorable makes only the steps of its own hooks so', () => {
  const steps = planBuild(imageOf([os, declaring(web, { restorable: false })]), sources).steps;
  expect(steps.filter((step) => !step.restorable).map((step) => step.name)).toEqual(['install', 'post-root']);
});

test('a secret counts in the key by a digest, and its value stands in no record', () => {
  const files = {
    ...webFiles,
    'install.d/30-secret': script('use "$WEB_PASSWORD" "$WEB_INDEX" "$WEB_LICENCE"'),
  };
  const image = imageOf([os, declaring(elementOf('web', files), { secrets: ['WEB_LICENCE'] })]);
  const user = {
    WEB_PASSWORD: 'opensesame',
    WEB_INDEX: 'https://me:opensesame@example.org/',
    WEB_LICENCE: 'opensesame',
  };
  const before = keysOf(image, { ...sources, user });
  const { steps } = planBuild(image, { ...sources, user });
  expect(JSON.stringify(steps.map((step) => step.inputs))).not.toContain('opensesame');
  expect(steps.find((step) => step.name === 'install')?.environment).toMatchObject(user);
  for (const name of Object.keys(user))
    expect(changedBy(image, { ...sources, user: { ...user, [name]: 'https://x:other@y/' } }, before)).toEqual(
      ['install'],
    );
});
