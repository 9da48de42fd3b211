import type { Command } from 'commander';
import { elementText } from '../report/element-text.ts';
import type { Done } from './done.ts';
import { currentWorkspace } from './current-workspace.ts';

/** `kiln element list|show|test|lint` */
export function addElementCommands(program: Command, done: Done): void {
  const element = program.command('element').description('the elements that images can be made of');
  element
    .command('list')
    .description('list the elements of the workspace and of ELEMENTS_PATH')
    .option('--names', 'print names only, one a line')
    .option('--json', 'print it as JSON')
    .action(async (options: { readonly names?: boolean; readonly json?: boolean }, command: Command) => {
      const { describeElement, elementFolders } = await import('../app/describe-element.ts');
      const workspace = currentWorkspace(command);
      const folders = [...elementFolders(workspace)];
      if (options.names === true) process.stdout.write(folders.map(([name]) => `${name}\n`).join(''));
      else {
        const width = Math.max(0, ...folders.map(([name]) => name.length));
        const elements = folders.map(([name]) => describeElement(workspace, name));
        process.stdout.write(
          options.json === true
            ? `${JSON.stringify(elements, null, 2)}\n`
            : elements.map((it) => `${it.name.padEnd(width)}  ${it.description}`.trimEnd() + '\n').join(''),
        );
      }
      done(0);
    });
  element
    .command('show')
    .description(
      'tell what an element does: what it needs, its hooks in order, what it reads, and who uses it',
    )
    .argument('<element>', 'name of an element')
    .option('--json', 'print it as JSON')
    .addHelpText('after', '\nExamples:\n  kiln element show dpkg\n  kiln element list --names')
    .action(async (name: string, options: { readonly json?: boolean }, command: Command) => {
      const { describeElement } = await import('../app/describe-element.ts');
      const described = describeElement(currentWorkspace(command), name);
      process.stdout.write(
        options.json === true ? `${JSON.stringify(described, null, 2)}\n` : elementText(described),
      );
      done(0);
    });
  addTestCommand(element, done);
  addLintCommand(element, done);
}

function addTestCommand(element: Command, done: Done): void {
  element
    .command('test')
    .description('run the tests of elements: tests/*.test.ts and test-elements/<case>')
    .argument('[element...]', 'names of elements; by default all that have tests')
    .option('-t, --only <pattern>', 'run only tests whose names match')
    .addHelpText(
      'after',
      '\nExamples:\n  kiln element test sysctl\n  kiln element test sysctl -t refuses\n  nx affected -t test',
    )
    .action(async (elements: readonly string[], options: { readonly only?: string }, command: Command) => {
      const { testElements } = await import('../app/test-elements.ts');
      done(await testElements({ workspace: currentWorkspace(command), elements, ...options }));
    });
}

function addLintCommand(element: Command, done: Done): void {
  element
    .command('lint')
    .description('check elements against the rules for elements')
    .argument('[element...]', 'names of elements; by default all of the workspace')
    .option('--fix', 'mend what needs no choice: modes, newlines, tabs, the order of lists, the path of bash')
    .addHelpText('after', '\nExamples:\n  kiln element lint sysctl\n  kiln element lint --fix')
    .action(async (elements: readonly string[], options: { readonly fix?: boolean }, command: Command) => {
      const { lintElements } = await import('../app/lint-elements.ts');
      done(await lintElements({ workspace: currentWorkspace(command), elements, ...options }));
    });
}
