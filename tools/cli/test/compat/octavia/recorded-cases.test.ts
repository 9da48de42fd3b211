import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { differencesOf, type Differences, observeKiln, readRecordedCases } from './recorded-cases.ts';

interface Difference {
  readonly id: string;
  readonly reason: string;
  readonly cases: readonly {
    readonly octavia: string;
    readonly argv: readonly string[];
    readonly env: Readonly<Record<string, string>>;
    readonly kiln: Differences;
  }[];
}

const file = new URL('../../fixtures/octavia-differences.json', import.meta.url);
const { differences } = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly differences: readonly Difference[];
};

const listed = new Map(
  differences.flatMap(({ cases }) =>
    cases.map(({ octavia, argv, env, kiln }) => [nameOf(octavia, argv, env), kiln] as const),
  ),
);

const recorded = readRecordedCases();

describe('recorded cases of Octavia’s diskimage-create.sh', () => {
  it.each(recorded.map((it) => [nameOf(it.generation, it.argv, it.env), it] as const))(
    '%s',
    async (name, recordedCase) => {
      const found = differencesOf(recordedCase.observed, await observeKiln(recordedCase));
      expect(found).toEqual(listed.get(name) ?? {});
    },
  );

  it('are all there, and every listed difference is one of them', () => {
    const names = recorded.map((it) => nameOf(it.generation, it.argv, it.env));
    expect(names).toHaveLength(122);
    expect([...listed.keys()].filter((name) => !names.includes(name))).toEqual([]);
  });

  it('every reason for a difference is told to users', () => {
    const page = readFileSync(new URL('../../../../../docs/how-to/from-octavia.md', import.meta.url), 'utf8');
    for (const { reason } of differences) expect(page).toContain(reason);
  });
});

function nameOf(generation: string, argv: readonly string[], env: Readonly<Record<string, string>>): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}='${value}'`);
  return [`${generation}:`, ...variables, 'diskimage-create.sh', ...argv].join(' ');
}
