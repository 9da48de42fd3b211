import type { Command } from 'commander';
import { imageNames, type Workspace } from '../app/workspace.ts';
import type { Done } from './done.ts';
import { currentWorkspace } from './current-workspace.ts';

interface ListedImage {
  readonly name: string;
  readonly description: string;
  readonly configurations: readonly string[];
  /** False where its definition has problems; `kiln build` tells them. */
  readonly valid: boolean;
}

/** `kiln image list` */
export function addImageCommands(program: Command, done: Done): void {
  const image = program.command('image').description('the images of the workspace');
  image
    .command('list')
    .description('list the images of the workspace, with their configurations')
    .option('--names', 'print names only, one a line')
    .option('--json', 'print it as JSON')
    .action(async (options: { readonly names?: boolean; readonly json?: boolean }, command: Command) => {
      const workspace = currentWorkspace(command);
      const images = await Promise.all(imageNames(workspace).map((name) => describeImage(workspace, name)));
      if (options.json === true) process.stdout.write(`${JSON.stringify(images, null, 2)}\n`);
      else if (options.names === true) process.stdout.write(images.map(({ name }) => `${name}\n`).join(''));
      else process.stdout.write(imageLines(images).join(''));
      done(0);
    });
}

async function describeImage(workspace: Workspace, name: string): Promise<ListedImage> {
  const { loadDefinition } = await import('../app/load-image.ts');
  const read = loadDefinition(workspace, name, undefined);
  if (!read.ok) return { name, description: '', configurations: [], valid: false };
  const { description, configurations } = read.value;
  return { name, description, configurations: Object.keys(configurations), valid: true };
}

function imageLines(images: readonly ListedImage[]): readonly string[] {
  if (images.length === 0) return ['no images: add a folder with an image.yaml to images/\n'];
  const width = Math.max(...images.map(({ name }) => name.length));
  return images.map(({ name, description, configurations, valid }) => {
    const variants = configurations.length === 0 ? '' : ` (${configurations.join(', ')})`;
    const text = valid ? `${description}${variants}` : 'its definition has problems';
    return `${name.padEnd(width)}  ${text}`.trimEnd() + '\n';
  });
}
