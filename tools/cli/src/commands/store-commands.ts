import { parseSize } from '@kiln/engine/util/parse-size.ts';
import { usualKeepDays } from '../app/store-defaults.ts';
import { type Command, InvalidArgumentError } from 'commander';
import { storeDirectory } from '../app/workspace.ts';
import { coloursFor } from '../report/colours.ts';
import { collectionText, storeText, verificationText } from '../report/store-text.ts';
import type { Done } from './done.ts';

interface Json {
  readonly json?: boolean | undefined;
}

/** `kiln store status|verify|gc` */
export function addStoreCommands(program: Command, done: Done): void {
  const store = program
    .command('store')
    .description('what is kept between builds: how much there is, whether it is whole, and to remove it')
    .addHelpText('after', storeExamples);
  store
    .command('status')
    .description('sizes by kind, and how much of it the images want')
    .option('--json', 'print it as JSON')
    .action(async ({ json }: Json) => {
      const directory = storeDirectory(process.env);
      const { storeLimit, surveyStoreAt } = await import('../app/tend-store.ts');
      const survey = await surveyStoreAt(directory);
      const limitBytes = storeLimit(process.env);
      print({ json }, { directory, limitBytes: limitBytes ?? null, ...survey }, () =>
        storeText({ directory, limitBytes, survey, colours: coloursFor(process.stdout) }),
      );
      done(0);
    });
  store
    .command('verify')
    .description('read every blob and compare it with its digest; damaged ones are removed')
    .option('--json', 'print it as JSON')
    .action(async ({ json }: Json) => {
      const { verifyStore } = await import('@kiln/engine/store/verify-store.ts');
      const { openStorePaths } = await import('../app/tend-store.ts');
      const progress = progressLine();
      const result = await verifyStore(await openStorePaths(storeDirectory(process.env)), progress.show);
      progress.clear();
      print({ json }, result, () => verificationText(result));
      done(result.damaged.length === 0 ? 0 : 1);
    });
  store
    .command('gc')
    .description('remove what no image wants and nobody used lately')
    .option('--all', 'remove everything, package caches too')
    .option('--keep-days <n>', 'keep what was used within so many days', days, usualKeepDays)
    .option('--limit <size>', 'then remove the least recently used until this size is reached: 10GiB', size)
    .option('--json', 'print it as JSON')
    .action(async (options: Json & { all?: boolean; keepDays: number; limit?: number }) => {
      const { collectStoreAt } = await import('../app/tend-store.ts');
      const result = await collectStoreAt(storeDirectory(process.env), {
        scope: options.all === true ? 'all' : 'unwanted',
        keepDays: options.keepDays,
        limitBytes: options.limit,
      });
      print(options, result, () => collectionText(result));
      done(0);
    });
}

function print({ json }: Json, value: object, text: () => string): void {
  process.stdout.write(json === true ? `${JSON.stringify(value, null, 2)}\n` : text());
}

/** A line that replaces itself, on a terminal only. */
function progressLine() {
  const { stderr } = process;
  return {
    show: (checkedBytes: number, totalBytes: number): void => {
      if (stderr.isTTY) stderr.write(`\rchecking ${Math.floor((100 * checkedBytes) / totalBytes)} %`);
    },
    clear: (): void => {
      if (stderr.isTTY) stderr.write('\r\u001B[K');
    },
  };
}

function days(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError('It must be a number of days.');
  return value;
}

function size(text: string): number {
  const bytes = parseSize(text);
  if (bytes === undefined) throw new InvalidArgumentError('It must be a size such as 500MiB or 10GiB.');
  return bytes;
}

const storeExamples = `
Examples:
  kiln store status
  kiln store gc --keep-days 3
  kiln store gc --all                 as if nothing had ever been built
  KILN_STORE_LIMIT=40GiB kiln build … keep it below that size by itself (20GiB if not said, 'none' for no limit)

An image wants what its last build was made of. The store lies in KILN_STORE, else in kiln/ of the user's cache folder.
Nothing in it is ever needed: what was removed is made again. What a running build uses is never removed.`;
