import { expect, test } from 'vitest';
import { maskSecrets } from '../../src/elements/mask-secrets.ts';
import { isSecret, secretDigest } from '../../src/elements/secret-variables.ts';

test.each([
  ['DIB_PASSWORD', 'x'],
  ['REG_PASSWORD', 'x'],
  ['ROOT_PASSWD_HASH', 'x'],
  ['VAULT_SECRET_ID', 'x'],
  ['GITHUB_TOKEN', 'x'],
  ['API_KEY', 'x'],
  ['KEY', 'x'],
  ['DIB_KEY_ID', 'x'],
  ['DIB_INDEX', 'https://user:pass@mirror.example.org/'],
  ['DIB_INDEX', 'https://token@mirror.example.org/ main'],
  ['DIB_LICENCE', 'x'],
])('%s=%s is secret', (name, value) => expect(isSecret(name, value, ['DIB_LICENCE'])).toBe(true));

test.each([
  ['DIB_KEYBOARD', 'uk'],
  ['DIB_KEYRING', '/usr/share/keyrings/x.gpg'],
  ['DIB_MONKEY', 'x'],
  ['DIB_REPO', 'ssh://git@example.org/x'],
  ['DIB_MIRROR', 'https://mirror.example.org/debian/@latest'],
  ['DIB_MAIL', 'somebody@example.org'],
])('%s=%s is none', (name, value) => expect(isSecret(name, value, [])).toBe(false));

test('a digest differs by value and by name, and nothing set is nothing secret', () => {
  const digests = [
    secretDigest('A_TOKEN', 'one'),
    secretDigest('A_TOKEN', 'two'),
    secretDigest('B_TOKEN', 'one'),
  ];
  expect(new Set(digests).size).toBe(3);
  expect(digests[0]).toMatch(/^secret [0-9a-f]{64}$/);
  expect(secretDigest('A_TOKEN', 'one')).toBe(digests[0]);
  expect(secretDigest('A_TOKEN', '')).toBe('');
});

test('values are masked wherever they stand in a line, the longest first', () => {
  const mask = maskSecrets(
    { A_TOKEN: 'abcdef', B_TOKEN: 'abcdefghi', C_TOKEN: 'short', DIB_X: 'visible', DIB_LICENCE: 'AA-BB-CC' },
    ['DIB_LICENCE'],
  );
  expect(mask('abcdefghi abcdef xabcdefx short visible AA-BB-CC')).toBe('*** *** x***x short visible ***');
});

test('of a URL its password is masked, alone and decoded too; of several lines each; quotes as in a trace', () => {
  const mask = maskSecrets(
    {
      http_proxy: 'http://me:pass%2Fword@proxy.example.org:3128',
      A_KEY: '-----BEGIN-----\nbGluZW9uZQ\n',
      B_PASSWORD: "it's me",
    },
    [],
  );
  expect(mask('http://me:pass%2Fword@proxy.example.org:3128')).toBe('http://***@proxy.example.org:3128');
  expect(mask('pass/word')).toBe('***');
  expect(mask('  bGluZW9uZQ')).toBe('  ***');
  expect(mask(`+ B_PASSWORD='it'\\''s me'`)).toBe(`+ B_PASSWORD='***'`);
});
