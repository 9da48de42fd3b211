import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findHostTool } from '@kiln/engine/execute/read-host-facts.ts';
import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect, test } from 'vitest';

/** Stands in for podman: notes its calls, and exports a tree of one file that says what was built. */
const runtime = `#!/bin/bash
set -eu
folder=$(dirname "$0")
echo "$*" >>"$folder/calls"
case $1 in
build)
    while [ $# -gt 0 ]; do
        case $1 in --file) file=$2 ;; --iidfile) echo sha256:abc >"$2" ;; esac
        shift
    done
    rm -rf "$folder/tree"
    mkdir -p "$folder/tree/etc"
    cp "$file" "$folder/tree/etc/built-from"
    touch "$folder/tree/.dockerenv" "$folder/tree/etc/resolv.conf"
    ;;
create) echo container-1 ;;
export) tar -C "$folder/tree" -cf - . ;;
esac
`;

interface Host {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly calls: () => readonly string[];
}

async function withRuntime(body: (host: Host) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'containerfile-'));
  try {
    const program = join(folder, 'runtime');
    writeFileSync(program, runtime);
    chmodSync(program, 0o755);
    writeFileSync(join(folder, 'Containerfile'), 'FROM scratch\n');
    await body({
      folder,
      environment: {
        DIB_CONTAINERFILE_RUNTIME: program,
        DIB_CONTAINERFILE_DOCKERFILE: join(folder, 'Containerfile'),
      },
      calls: () => readFileSync(join(folder, 'calls'), 'utf8').trimEnd().split('\n'),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The fixture fills the tree as well, or there would be no shell in it. */
const filling = { base: { insteadOf: 'below' }, with: ['below'] } as const;

elementTest('the tree comes out of a container build, and nothing of the container is left', (element) =>
  withRuntime(async ({ folder, environment, calls }) => {
    const more = {
      DIB_CONTAINERFILE_NETWORK_DRIVER: 'host',
      DIB_CONTAINERFILE_BUILDOPTS: '--build-arg=A=1 --pull',
    };
    const context = { DIB_CONTAINER_CONTEXT: folder };
    const built = await element.run({ ...filling, environment: { ...environment, ...more, ...context } });
    expect(await built.tree.read('/etc/built-from')).toBe('FROM scratch\n');
    expect(await built.tree.exists('/.dockerenv')).toBe(false);
    expect(await built.tree.exists('/etc/resolv.conf')).toBe(false);
    expect(calls()[0]).toMatch(/^build --file \S+ --iidfile \S+ --network host --build-arg=A=1 --pull \S+$/);
    expect(calls().slice(1)).toEqual([
      'create sha256:abc /bin/true',
      'export container-1',
      'rm --force container-1',
      'rmi sha256:abc',
    ]);
  }),
);

elementTest('the file is that of an element for the release', (element) =>
  withRuntime(async ({ environment: { DIB_CONTAINERFILE_RUNTIME = '' } }) => {
    const built = await element.run({
      ...filling,
      with: ['below', 'releases'],
      elements: { releases: { 'containerfiles/9': 'FROM nine\n' } },
      environment: { DIB_CONTAINERFILE_RUNTIME, DIB_RELEASE: '9' },
    });
    expect(await built.tree.read('/etc/built-from')).toBe('FROM nine\n');
  }),
);

elementTest('says what is missing: the program, or the file', (element) =>
  withRuntime(async ({ environment }) => {
    const failing = async (changes: Readonly<Record<string, string>>) =>
      (await element.expectFailure({ ...filling, environment: { ...environment, ...changes } })).message;
    expect(await failing({ DIB_CONTAINERFILE_RUNTIME: '/nowhere/podman' })).toContain(
      "no program '/nowhere/podman'",
    );
    expect(await failing({ DIB_CONTAINERFILE_DOCKERFILE: '/nowhere/file' })).toContain(
      "'/nowhere/file' does not exist",
    );
    expect(await failing({ DIB_CONTAINERFILE_DOCKERFILE: '', DIB_RELEASE: '9' })).toContain(
      'no element has a file containerfiles/9',
    );
  }),
);

const real = 'podman itself: owners and modes are those of the image, and no image is left';
if (findHostTool('podman') === undefined) test.skip(`${real} (the host lacks podman)`);
else
  elementTest(real, (element) =>
    withRuntime(async ({ folder }) => {
      const images = (): string =>
        execFileSync('podman', ['images', '--all', '--quiet'], { encoding: 'utf8' });
      const before = images();
      mkdirSync(join(folder, 'tree/etc'), { recursive: true });
      writeFileSync(join(folder, 'tree/etc/hello'), 'hello\n', { mode: 0o640 });
      const owner = ['--owner=1234', '--group=4321', '--numeric-owner'];
      execFileSync('tar', [
        '-C',
        join(folder, 'tree'),
        ...owner,
        '-cf',
        join(folder, 'tree.tar'),
        'etc/hello',
      ]);
      writeFileSync(
        join(folder, 'Containerfile'),
        'FROM scratch\nADD tree.tar /\nCOPY tree/etc/hello /copied\n',
      );
      const built = await element.run({
        ...filling,
        environment: {
          DIB_CONTAINERFILE_RUNTIME: 'podman',
          DIB_CONTAINERFILE_DOCKERFILE: join(folder, 'Containerfile'),
          DIB_CONTAINER_CONTEXT: folder,
        },
        afresh: true,
      });
      expect(await built.tree.read('/etc/hello')).toBe('hello\n');
      expect(await built.tree.mode('/etc/hello')).toBe('0640');
      expect(await built.tree.owner('/etc/hello')).toBe('1234:4321');
      expect(await built.tree.read('/copied')).toBe('hello\n');
      expect(await built.tree.exists('/run/.containerenv')).toBe(false);
      expect(images()).toBe(before);
    }),
  );
