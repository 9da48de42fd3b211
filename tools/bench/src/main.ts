import { join } from 'node:path';
import { Command } from 'commander';
import { execa } from 'execa';
import { generateImages } from './generated-images.ts';
import { measureChanges, measureSmall, type Measurement } from './measurements.ts';
import { copyWorkspace, type WorkspaceCopy } from './workspace-copy.ts';

const repository = join(import.meta.dirname, '../../..');

const program = new Command('bench')
  .description(
    'Times whole commands in a clone of this repository, side by side; quote the ratios, machines differ.',
  )
  .option(
    '--peer <command>',
    'diskimage-builder, to be timed beside Kiln: a command that builds "debian-minimal vm" (run twice, the first warms its caches)',
  )
  .option('--only <part>', 'small, changes or many')
  .parse();
const options = program.opts<{ peer?: string; only?: string }>();

const parts: Readonly<Record<string, (copy: WorkspaceCopy) => Promise<readonly Measurement[]>>> = {
  small: async (copy) =>
    measureSmall(copy, options.peer === undefined ? undefined : await timePeer(options.peer)),
  changes: measureChanges,
  many: measureMany,
};

for (const [name, measure] of Object.entries(parts)) {
  if (options.only !== undefined && options.only !== name) continue;
  const copy = await copyWorkspace(repository);
  try {
    for (const line of await measure(copy)) process.stdout.write(`${render(line)}\n`);
  } finally {
    copy.remove();
  }
}

/** The second of two runs: both have warm caches then. */
async function timePeer(command: string): Promise<number> {
  await execa('sh', ['-c', command]);
  const started = performance.now();
  await execa('sh', ['-c', command]);
  return (performance.now() - started) / 1000;
}

/** What a command costs that has nothing to do, when there are many images. */
async function measureMany(copy: WorkspaceCopy): Promise<readonly Measurement[]> {
  const images = generateImages(copy);
  const nx = async (args: readonly string[]): Promise<number> => {
    const started = performance.now();
    await execa('npx', ['nx', ...args], {
      cwd: copy.root,
      env: { CI: 'true', NX_DAEMON: 'false', KILN_STORE: copy.store },
    });
    return (performance.now() - started) / 1000;
  };
  const many = ['run-many', '-t', 'image', '-p', images.join(',')];
  const projects = await nx(['show', 'projects']);
  await nx(many);
  return [
    { what: `nx show projects, ${images.length} more images`, seconds: projects, limitSeconds: 3 },
    { what: `nx run-many -t image, ${images.length} images, nothing changed`, seconds: await nx(many) },
  ];
}

function render({ what, seconds, peer, limitSeconds }: Measurement): string {
  const ratio =
    peer === undefined
      ? ''
      : `  ${(peer.seconds / seconds).toFixed(1)} times as fast as ${peer.name} (${peer.seconds.toFixed(1)} s)`;
  const limit =
    limitSeconds === undefined
      ? ''
      : `  limit ${limitSeconds.toFixed(1)} s: ${seconds <= limitSeconds ? 'met' : 'MISSED'}`;
  return `${what.padEnd(58)} ${seconds.toFixed(1).padStart(7)} s${limit}${ratio}`;
}
