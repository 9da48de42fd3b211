import { describe, expect, it } from 'vitest';
import { type ElementRelations, type Expansion, expandElements } from '../../src/elements/expand-elements.ts';

/** `deps > provides` by element: `vm: 'base block-device'`, `gpt: '> block-device'`. */
function expand(named: string, folders: Readonly<Record<string, string>>): Expansion {
  const words = (text: string | undefined): readonly string[] =>
    (text ?? '').split(' ').filter((it) => it !== '');
  const relationsOf = (name: string): ElementRelations | undefined => {
    const [dependencies, provides] = folders[name]?.split('>') ?? [];
    return name in folders ? { dependencies: words(dependencies), provides: words(provides) } : undefined;
  };
  const results = permutations(words(named)).map((order) => expandElements(order, relationsOf));
  for (const result of results) expect(result).toEqual(results[0]);
  return results[0] ?? expandElements([], relationsOf);
}

function permutations(items: readonly string[]): readonly (readonly string[])[] {
  if (items.length < 2) return [items];
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  );
}

describe('expandElements', () => {
  it('adds what elements depend on, in byte order', () => {
    const { elements, missing } = expand('web', { web: 'pip', pip: 'Python base', base: '', Python: '' });
    expect(elements).toEqual(['Python', 'base', 'pip', 'web']);
    expect(missing).toEqual([]);
  });

  it('is not harmed by cycles and self-dependency', () => {
    expect(expand('a', { a: 'b a', b: 'c', c: 'a' }).elements).toEqual(['a', 'b', 'c']);
  });

  it('lets a provided name stand for its provider', () => {
    const result = expand('vm gpt', { vm: 'block-device', gpt: '> block-device' });
    expect(result.elements).toEqual(['gpt', 'vm']);
    expect([...result.providers]).toEqual([['block-device', ['gpt']]]);
    expect(result.missing).toEqual([]);
  });

  it('does not use a folder whose name is provided, however deep its provider', () => {
    const folders = {
      a: 'bootloader',
      bootloader: 'grub',
      grub: '',
      z: 'y',
      y: 'zipl',
      zipl: '> bootloader',
    };
    expect(expand('a z', folders).elements).toEqual(['a', 'y', 'z', 'zipl']);
  });

  it('uses such a folder where only it leads to the provider', () => {
    const folders = { a: 'bootloader', bootloader: 'zipl', zipl: '> bootloader' };
    expect(expand('a', folders).elements).toEqual(['a', 'zipl']);
  });

  it('tells of names that nothing has', () => {
    expect(expand('vm', { vm: 'block-device base' }).missing).toEqual(['base', 'block-device']);
  });

  it('tells of names provided twice, and of elements named beside their provider', () => {
    const folders = {
      debian: '> operating-system',
      ubuntu: '> operating-system',
      bootloader: '',
      zipl: '> bootloader',
    };
    const result = expand('debian ubuntu bootloader zipl', folders);
    expect(result.providers.get('operating-system')).toEqual(['debian', 'ubuntu']);
    expect(result.namedAndProvided).toEqual(['bootloader']);
  });
});
