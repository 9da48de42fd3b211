import type { DescribedElement } from '../app/describe-element.ts';

/** An element for a person: what it is, what it needs, and its hooks in the order in which they run. */
export function elementText(element: DescribedElement): string {
  const facts: readonly (readonly [string, readonly string[]])[] = [
    ['needs', element.dependencies],
    ['needed by', element.neededBy],
    ['provides', element.provides],
    [
      'packages',
      element.packages.map(({ name, condition }) => (condition === '' ? name : `${name} (${condition})`)),
    ],
    ['reads', element.variables],
    ['host tools', element.hostTools],
    ['named by', element.namedBy],
    ['tests', element.tests],
  ];
  const hooks = Object.entries(element.hooks).flatMap(([phase, names]) => [
    `${phase}.d`,
    ...names.map((name) => `  ${name}`),
  ]);
  return [
    `${element.name}${element.description === '' ? '' : `: ${element.description}`}`,
    `  ${element.directory}`,
    ...facts.filter(([, names]) => names.length > 0).map(([word, names]) => `  ${word} ${names.join(', ')}`),
    ...(element.restorable ? [] : ['  its phases are never restored from the store']),
    ...hooks.map((line) => `  ${line}`),
  ]
    .map((line) => `${line}\n`)
    .join('');
}
