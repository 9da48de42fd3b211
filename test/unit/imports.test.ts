import { expect, test } from 'vitest';
import { importsOf, isSource, packageSources, readText, resolveImport } from './source-files.ts';

const sources = packageSources();
const edges = sources.flatMap((from) =>
  importsOf(from).flatMap((specifier) => {
    const to = resolveImport(from, specifier);
    return to === undefined ? [] : [{ from, to }];
  }),
);

/** What each package may import of the others. */
const packageImports: Readonly<Record<string, readonly string[]>> = {
  engine: [],
  testkit: ['engine'],
  'element-lint': ['engine', 'testkit'],
  cli: ['engine', 'testkit', 'element-lint'],
  'nx-plugin': ['engine', 'testkit', 'element-lint', 'cli'],
  bench: ['engine', 'testkit', 'cli'],
};

const base = ['util', 'diagnostics', 'events', 'fingerprint'];
const storage = [...base, 'store', 'sandbox'];

/** What each stage of the engine may import of the others; a file directly in `src` may import all. */
const stageImports: Readonly<Record<string, readonly string[]>> = {
  util: ['diagnostics'],
  diagnostics: ['util'],
  events: ['util', 'diagnostics'],
  fingerprint: ['util', 'diagnostics', 'events'],
  'image-definition': base,
  elements: [...base, 'image-definition'],
  store: base,
  sandbox: base,
  layers: storage,
  sources: storage,
  lock: [...storage, 'sources'],
  'block-device': storage,
  formats: [...storage, 'block-device'],
  // Of block-device, plan takes the parser alone, which is pure: a bad layout must fail before anything is built.
  plan: [...base, 'image-definition', 'elements', 'block-device'],
};

test('there are sources to look at', () => {
  expect(sources.length).toBeGreaterThan(20);
  expect(edges.length).toBeGreaterThan(20);
});

test('each import leads to a file', () => {
  const dangling = edges.filter((it) => !isSource(it.to));
  expect(dangling.map((it) => `${it.from} → ${it.to}`)).toEqual([]);
});

test('packages import only packages below them', () => {
  const packageOf = (path: string): string => path.split('/')[1] ?? '';
  const wrong = edges.filter(({ from, to }) => {
    const [user, used] = [packageOf(from), packageOf(to)];
    return user !== used && packageImports[user]?.includes(used) !== true;
  });
  expect(wrong.map((it) => `${it.from} → ${it.to}`)).toEqual([]);
});

test('the stages of the engine import only stages before them', () => {
  const stageOf = (path: string): string | undefined => /^tools\/engine\/src\/([^/]+)\//.exec(path)?.[1];
  const wrong = edges.filter(({ from, to }) => {
    const [user, used] = [stageOf(from), stageOf(to)];
    if (user === undefined || used === undefined || user === used || user === 'execute') return false;
    return stageImports[user]?.includes(used) !== true;
  });
  expect(wrong.map((it) => `${it.from} → ${it.to}`)).toEqual([]);
});

test('no source imports itself, by whatever way round', () => {
  expect(cyclesIn(edges)).toEqual([]);
});

test('the engine knows nothing of Nx, of the console, nor of the process that it runs in', () => {
  const forbidden = /\bconsole\.|\bprocess\.(env|exit|stdout|stderr|argv|cwd)\b|from '(nx|@nx\/[^']*)'/;
  const wrong = sources
    .filter((it) => it.startsWith('tools/engine/'))
    .filter((it) => forbidden.test(withoutComments(readText(it))));
  expect(wrong).toEqual([]);
});

test('one place of the engine spawns processes', () => {
  const spawns = (it: string) =>
    importsOf(it).some((name) => name === 'execa' || name === 'node:child_process') ||
    readText(it).includes("import('execa')");
  const spawning = sources.filter((it) => it.startsWith('tools/engine/') && spawns(it));
  expect(
    spawning.filter((it) => !/\/util\/(run-command|run-in-terminal|start-process)\.ts$/.test(it)),
  ).toEqual([]);
});

const withoutComments = (code: string): string => code.replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, '');

/** Each cycle once, as the path around it. */
function cyclesIn(all: readonly { readonly from: string; readonly to: string }[]): readonly string[] {
  const next = new Map<string, string[]>();
  for (const { from, to } of all) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at !== -1) cycles.push([...path.slice(at), file].join(' → '));
    if (at !== -1 || done.has(file)) return;
    for (const to of next.get(file) ?? []) visit(to, [...path, file]);
    done.add(file);
  };
  for (const file of next.keys()) visit(file, []);
  return cycles;
}
