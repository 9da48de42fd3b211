import type { Failure } from '@kiln/engine/diagnostics/failure.ts';
import { nearName } from '@kiln/engine/diagnostics/near-name.ts';
import type { Result } from '@kiln/engine/diagnostics/result.ts';

/** One option of a command line in the manner of GNU getopt. */
export interface OptionShape {
  /** Without the hyphens; either may be missing, not both. */
  readonly short?: string;
  readonly long?: string;
  /** What stands for its value in help texts; undefined: it takes none. */
  readonly value?: string;
  /**
   * Kiln's own options give way when a long option is shortened: what was a unique beginning before Kiln stays one.
   */
  readonly origin: 'upstream' | 'kiln';
}

/** An option as it was used, in the order of the command line. `value` is empty where it takes none. */
export interface UsedOption<Shape extends OptionShape> {
  readonly option: Shape;
  readonly value: string;
  /** Positions of the words that it takes up, the second exclusive; bundled options share a word. */
  readonly words: readonly [from: number, to: number];
}

/** A command line taken apart. */
export interface ScannedOptions<Shape extends OptionShape> {
  readonly used: readonly UsedOption<Shape>[];
  /** Everything that is no option, in order. */
  readonly operands: readonly string[];
}

/**
 * Takes a command line apart as GNU getopt does: options and operands in any order, `--` ends the options, short ones
 * may be bundled and carry their value behind them (`-xxu`, `-oname`), long ones may be shortened to a unique beginning
 * and carry their value behind `=`.
 *
 * @returns what was used; or every option that is unknown, ambiguous, or without the value that it needs.
 */
export function scanOptions<Shape extends OptionShape>(
  argv: readonly string[],
  shapes: readonly Shape[],
): Result<ScannedOptions<Shape>> {
  const used: UsedOption<Shape>[] = [];
  const operands: string[] = [];
  const failures: Failure[] = [];
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const from = argv.length - rest.length - 1;
    const place = (): UsedOption<Shape>['words'] => [from, argv.length - rest.length];
    if (word === '--') {
      operands.push(...rest.splice(0));
    } else if (word.startsWith('--')) {
      const taken = takeLong(word.slice(2), shapes, rest);
      if ('code' in taken) failures.push(taken);
      else used.push({ ...taken, words: place() });
    } else if (word.startsWith('-') && word !== '-') {
      const taken = takeBundle(word.slice(1), shapes, rest);
      used.push(...taken.used.map((it) => ({ ...it, words: place() })));
      failures.push(...taken.failures);
    } else {
      operands.push(word);
    }
  }
  return failures.length > 0
    ? { ok: false, failures }
    : { ok: true, value: { used, operands }, warnings: [] };
}

type Taken<Shape extends OptionShape> = Omit<UsedOption<Shape>, 'words'>;

function takeLong<Shape extends OptionShape>(
  text: string,
  shapes: readonly Shape[],
  rest: string[],
): Taken<Shape> | Failure {
  const equals = text.indexOf('=');
  const name = equals === -1 ? text : text.slice(0, equals);
  const found = findLong(name, shapes);
  if ('code' in found) return found;
  const option = `--${found.option.long ?? ''}`;
  if (found.option.value === undefined)
    return equals === -1
      ? { option: found.option, value: '' }
      : { code: 'option-takes-no-value', option, value: text.slice(equals + 1) };
  const value = equals === -1 ? rest.shift() : text.slice(equals + 1);
  return value === undefined
    ? { code: 'option-needs-value', option, value: found.option.value }
    : { option: found.option, value };
}

function findLong<Shape extends OptionShape>(
  name: string,
  shapes: readonly Shape[],
): { readonly option: Shape } | Failure {
  const exact = shapes.find((shape) => shape.long === name);
  if (exact !== undefined) return { option: exact };
  const begun = name === '' ? [] : shapes.filter((shape) => shape.long?.startsWith(name) === true);
  const upstream = begun.filter((shape) => shape.origin === 'upstream');
  const [only, ...more] = upstream.length > 0 ? upstream : begun;
  if (only !== undefined && more.length === 0) return { option: only };
  if (only !== undefined)
    return {
      code: 'option-ambiguous',
      option: `--${name}`,
      candidates: begun.map((shape) => `--${shape.long ?? ''}`),
    };
  const near = nearName(
    name,
    shapes.flatMap((shape) => shape.long ?? []),
  );
  return { code: 'option-unknown', option: `--${name}`, near: near === undefined ? undefined : `--${near}` };
}

function takeBundle<Shape extends OptionShape>(
  letters: string,
  shapes: readonly Shape[],
  rest: string[],
): { readonly used: readonly Taken<Shape>[]; readonly failures: readonly Failure[] } {
  const used: Taken<Shape>[] = [];
  const failures: Failure[] = [];
  const known = new Map(shapes.flatMap((shape) => (shape.short === undefined ? [] : [[shape.short, shape]])));
  for (let at = 0; at < letters.length; at += 1) {
    const letter = letters.charAt(at);
    const option = known.get(letter);
    if (option === undefined) {
      const meant = at === 0 ? shapes.find((shape) => shape.long === letters) : undefined;
      const near = meant === undefined ? undefined : `--${letters}`;
      failures.push({ code: 'option-unknown', option: `-${meant === undefined ? letter : letters}`, near });
      if (meant !== undefined) break;
    } else if (option.value === undefined) {
      used.push({ option, value: '' });
    } else {
      const value = at + 1 < letters.length ? letters.slice(at + 1) : rest.shift();
      if (value === undefined)
        failures.push({ code: 'option-needs-value', option: `-${letter}`, value: option.value });
      else used.push({ option, value });
      break;
    }
  }
  return { used, failures };
}
