import type { DescribedElement } from '../app/describe-element.ts';

/** An element, and what its folder says in words. */
export interface ElementPageSource {
  readonly element: DescribedElement;
  /** Text of the README.md. */
  readonly readme: string;
  /** Names that have a page: those of elements, and not what several of them provide. */
  readonly pages: ReadonlySet<string>;
}

/**
 * The reference page of one element, as Markdown: its README, and what is told of it by its files. Pure: equal sources
 * give an equal page.
 */
export function elementPage({ element, readme, pages }: ElementPageSource): string {
  const [title = '', ...body] = readme.trim().split('\n');
  const text = title.startsWith('# ') ? body : [title, ...body];
  const links = (names: readonly string[]): string =>
    names.map((name) => (pages.has(name) ? `[${name}](${name}.md)` : `\`${name}\``)).join(', ');
  const facts: readonly (readonly [string, string])[] = [
    ['depends on', links(element.dependencies)],
    ['needed by', links(element.neededBy)],
    ['provides', code(element.provides)],
    ['programs of the host', code(element.hostTools)],
    ['files of the host', code(element.hostFiles)],
    ['secrets', code(element.secrets)],
    ['reads, beside what its scripts name', code(element.variables)],
    ['images that name it', code(element.namedBy)],
    ['kept between builds', element.restorable ? '' : 'no: its phases run each time'],
  ];
  const hooks = Object.entries(element.hooks).map(([phase, names]) => `| \`${phase}.d\` | ${code(names)} |`);
  const packages = element.packages.map(({ name, condition }) => `| \`${name}\` | ${condition} |`);
  return `${[
    '<!-- Made by `npm run docs:reference` from the README and the files of the element: do not edit. -->',
    `# ${element.name}`,
    ...(element.description === '' ? [] : ['', `${element.description}.`]),
    ...text,
    '',
    '## In short',
    '',
    ...table(
      ['', ''],
      facts.filter(([, what]) => what !== '').map(([word, what]) => `| ${word} | ${what} |`),
    ),
    ...section('Hooks', table(['phase', 'hooks, in the order in which they run'], hooks)),
    ...section('Packages', table(['package', 'when'], packages)),
    ...section(
      'Tests',
      element.tests.map((path) => `* \`${path}\``),
    ),
  ]
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}

/** The page that lists all elements. */
export function elementIndex(elements: readonly DescribedElement[]): string {
  const rows = elements.map(
    ({ name, description, provides }) => `| [${name}](${name}.md) | ${description} | ${code(provides)} |`,
  );
  const head = '<!-- Made by `npm run docs:reference`: do not edit. -->\n# Elements\n';
  return `${head}\n${table(['element', 'what it does', 'provides'], rows).join('\n')}\n`;
}

function code(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ');
}

function table(heads: readonly [string, ...string[]], rows: readonly string[]): readonly string[] {
  if (rows.length === 0) return [];
  return [`| ${heads.join(' | ')} |`, `|${heads.map(() => '---').join('|')}|`, ...rows];
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', `## ${title}`, '', ...lines];
}
