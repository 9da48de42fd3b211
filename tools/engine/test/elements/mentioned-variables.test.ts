import { describe, expect, it } from 'vitest';
import type { Element } from '../../src/elements/element.ts';
import { isMentioned, mentionedVariables } from '../../src/elements/mentioned-variables.ts';
import { elementOf } from './element-fixture.ts';

const mentionedIn = (text: string) => mentionedVariables([elementOf('e', { 'install.d/10-x': text })]);

describe('mentionedVariables', () => {
  it.each([
    ['echo $RELEASE', 'RELEASE'],
    ['echo "${arch:-amd64}"', 'arch'],
    ['echo ${#LIST} ${!INDIRECT}', 'LIST', 'INDIRECT'],
    ['# see $IN_A_COMMENT, which a here-document expands', 'IN_A_COMMENT'],
    ['if [ -v FLAG ]; then', 'FLAG'],
    ['[[ -v "OTHER" && ! -v THIRD ]]', 'OTHER', 'THIRD'],
    ['(( DEBUG > 0 )) && set -x', 'DEBUG'],
    ['size=$((BLOCKS * 2))', 'BLOCKS'],
    ['printenv MIRROR', 'MIRROR'],
    [
      "os.environ['ONE']; os.environ.get(\"TWO\", ''); os.getenv('THREE'); environ.pop('FOUR')",
      'ONE',
      'TWO',
      'THREE',
      'FOUR',
    ],
    ["if 'FIVE' not in os.environ:", 'FIVE'],
    ['puts ENV["SIX"]', 'SIX'],
    ['my $x = $ENV{SEVEN};', 'SEVEN'],
    ['curl:\n  when: KIND = big\n', 'KIND'],
    ['curl: {when: "KIND!=big"}', 'KIND'],
    ['curl:\n  when:\n    - KIND = big\n    - "SIZE != 2"\n', 'KIND', 'SIZE'],
    ['{"curl": {"when": "KIND = big"}}', 'KIND'],
    ['agent git /opt/agent ${LOCATION:-upstream} $REF', 'LOCATION', 'REF'],
    ['for name in DIB_ONE DIB_two; do echo ${!name}; done', 'DIB_ONE', 'DIB_two'],
  ])('finds the names in %j', (text, ...names) => {
    const mentioned = mentionedIn(text);
    for (const name of names) expect(mentioned.names).toContain(name);
    expect(mentioned.prefixes).toEqual([]);
  });

  it.each([
    ['override=DIB_REPOREF_${name}', 'DIB_REPOREF_'],
    ['override=DIB_REPO$kind', 'DIB_REPO'],
    ['eval echo \\$DIB_INSTALLTYPE_$name', 'DIB_INSTALLTYPE_'],
    ['for it in ${!DIB_PYPI_URL*}; do', 'DIB_PYPI_URL'],
    ['env | grep ^DIB_', 'DIB_'],
    ['os.environ.get("DIB_INSTALLTYPE_%s" % name)', 'DIB_INSTALLTYPE_'],
    ['os.environ[f"DIB_PIP_{name}"]', 'DIB_PIP_'],
    ['compgen -v | grep "DIB_X*"', 'DIB_X'],
  ])('finds the prefix in %j', (text, prefix) => {
    expect(mentionedIn(text).prefixes).toEqual([prefix]);
  });

  it.each([
    '$DIB_RELEASE$SUITE',
    '${DIB_IMAGE%suffix}',
    '${DIB_NAME}',
    '# DIB_ variables',
    '  # DIB_REPO$x in words',
  ])('finds no prefix in %j', (text) => expect(mentionedIn(text).prefixes).toEqual([]));

  it('does not take words of comments for names', () => {
    expect(mentionedIn('# SOME_WORD in a comment\nDIB_CODE=1\n').names).toEqual(['DIB_CODE']);
  });

  it('adds declared variables and prefixes, and skips binary files and links', () => {
    const declared: Element = {
      ...elementOf('e', { 'static/blob': '\0 $BINARY', 'static/link': { link: '$LINK' } }),
      declarations: {
        variables: ['DECLARED', 'MANY_*'],
        secrets: [],
        hostTools: [],
        hostFiles: [],
        restorable: true,
        caches: [],
        lockHostFiles: [],
      },
    };
    expect(mentionedVariables([declared])).toEqual({ names: ['DECLARED'], prefixes: ['MANY_'] });
  });

  it('does not depend on the order of elements', () => {
    const [a, b] = [elementOf('a', { x: '$B $A DIB_X_' }), elementOf('b', { x: '$C DIB_A_' })];
    expect(mentionedVariables([a, b])).toEqual({ names: ['A', 'B', 'C'], prefixes: ['DIB_A_', 'DIB_X_'] });
    expect(mentionedVariables([b, a])).toEqual(mentionedVariables([a, b]));
  });
});

describe('isMentioned', () => {
  it('knows names and prefixes', () => {
    const mentioned = { names: ['ARCH'], prefixes: ['DIB_REPOREF_'] };
    expect(
      ['ARCH', 'DIB_REPOREF_agent', 'ARCHITECTURE', 'DIB_REPO'].map((it) => isMentioned(it, mentioned)),
    ).toEqual([true, true, false, false]);
  });
});
