import { allOptions, type CommandShape, type DescribedOption } from './command-shape.ts';
import { wrapText } from './wrap-text.ts';

/** Of the first column. */
const widest = 30;

const lineWidth = 100;

/** The whole help of a command. Ends in a newline. */
export function helpText(shape: CommandShape): string {
  const usage = shape.usage.map(
    (form, index) => `${index === 0 ? 'Usage:' : '      '} ${shape.name} ${form}`,
  );
  const options = allOptions(shape).map((option): Row => [spelling(option), option.text]);
  const examples = shape.examples.map(([command, does]): Row => [command, does]);
  return [
    ...usage,
    '',
    ...wrapText(shape.summary, lineWidth),
    '',
    'Options:',
    ...table(options),
    ...shape.sections.flatMap(({ title, lines }) => [
      '',
      `${title}:`,
      ...lines.map((line) => `  ${line}`.trimEnd()),
    ]),
    ...(examples.length === 0 ? [] : ['', 'Examples:', ...table(examples)]),
    '',
  ].join('\n');
}

type Row = readonly [left: string, right: string];

function spelling({ short, long, value }: DescribedOption): string {
  const letter = short === undefined ? '    ' : `-${short}, `;
  return `${letter}--${long}${value === undefined ? '' : ` ${value}`}`;
}

/** Two columns; what is too wide for the first has a line of its own, what is too wide for the second goes on below. */
function table(rows: readonly Row[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => (left.length > widest ? 0 : left.length)));
  const indent = ' '.repeat(width + 4);
  return rows.flatMap(([left, right]) => {
    const [first = '', ...more] = wrapText(right, lineWidth - indent.length);
    const begin = left.length > width ? [`  ${left}`, indent + first] : [`  ${left.padEnd(width)}  ${first}`];
    return [...begin, ...more.map((line) => indent + line)];
  });
}
