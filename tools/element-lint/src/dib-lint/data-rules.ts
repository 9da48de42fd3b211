import { describeFailure } from '@kiln/engine/diagnostics/failure.ts';
import { parseLocatedYaml } from '@kiln/engine/diagnostics/located-yaml.ts';
import { byteOrder } from '@kiln/engine/util/byte-order.ts';
import { newline as noNewline } from '../rules/shell-style.ts';
import { type DibLintRule, numberedLines, remarkOnLines } from './dib-lint-rule.ts';

const sourceRepository: DibLintRule = {
  name: 'source-repository',
  description: 'A source-repository file ends in a newline.',
  check: (file) =>
    file.name.includes('source-repository-') && file.text !== '' && file.text?.endsWith('\n') === false
      ? [{ message: 'does not end with a newline' }]
      : [],
};

const dependencies: DibLintRule = {
  name: 'element-deps',
  description: 'element-deps is sorted.',
  check: (file) => {
    if (file.name !== 'element-deps') return [];
    const lines = numberedLines(file).filter(({ text }) => text !== '' && !text.startsWith('#'));
    const wrong = lines.find(({ text }, index) => byteOrder(lines[index - 1]?.text ?? '', text) > 0);
    return wrong === undefined
      ? []
      : [
          {
            line: wrong.number,
            message: 'is not sorted alphabetically',
            excerpt: [`${wrong.number}:${wrong.text}`],
          },
        ];
  },
};

const environment: DibLintRule = {
  name: 'environment',
  description: "A file in environment.d does not say 'set -x', and is not executable.",
  check: (file) => {
    if (!file.path.includes('environment.d')) return [];
    const traced = numberedLines(file).find(({ text }) => text.includes('set -x'));
    return [
      ...(traced === undefined
        ? []
        : [{ line: traced.number, message: 'is an environment file and should not set tracing' }]),
      ...(file.isExecutable ? [{ message: 'is an environment file and should not be executable' }] : []),
    ];
  },
};

/** Rules for files whose name, not whose content, says what they are. */
export const dataRules: readonly DibLintRule[] = [sourceRepository, dependencies, environment];

/** Rules for the look of executable files, of `.rst` files and of those below LIB_DIR. */
export const formRules: readonly DibLintRule[] = [
  {
    name: 'tabindent',
    description: 'No line is indented with a tab.',
    check: (file) => remarkOnLines(file, /^ *\t/, 'contains tab characters'),
  },
  {
    name: 'newline',
    description: 'A file ends in a newline.',
    check: (file) => {
      const alone = { name: '', directory: '', folders: [], files: [file] };
      const [missing] = noNewline.check(alone, { knownElements: undefined });
      return missing === undefined ? [] : [{ message: 'has no newline at its end' }];
    },
  },
];

/** YAML 1.1 readers take the last of two equal keys, so that is no error here. */
const harmless = /Map keys must be unique/;

export const yamlRule: DibLintRule = {
  name: 'yaml',
  description: 'YAML files parse.',
  check: (file) => {
    const parsed = parseLocatedYaml(file.path, file.text ?? '');
    const [first] = parsed.ok
      ? []
      : parsed.failures.filter((it) => !harmless.test(describeFailure(it).message));
    if (first === undefined) return [];
    const at = first.place === undefined ? {} : { line: first.place.line };
    return [{ ...at, message: `is not a valid YAML file: ${describeFailure(first).message}` }];
  },
};

export const packageMapRule: DibLintRule = {
  name: 'pkg-map',
  description: 'pkg-map is JSON.',
  check: (file) => {
    try {
      JSON.parse(file.text ?? '');
      return [];
    } catch (error) {
      return [
        { message: `is not a valid JSON file: ${error instanceof Error ? error.message : String(error)}` },
      ];
    }
  },
};

/** Documents are `.rst`; told once for all. */
export const markdownRule = { name: 'mddocs', description: 'There are no .md files.' } as const;

export const readmeRule = { name: 'readme', description: 'An element has a README.rst.' } as const;
