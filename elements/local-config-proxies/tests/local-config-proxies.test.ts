import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const elements = { own: { 'root.d/50-own': 'mkdir -p "$TARGET_ROOT/etc/apt/apt.conf.d"\n' } };

elementTest('another proxy counts, and one with a password is for root alone to read', async (element) => {
  const read = async (proxy: string) => {
    const built = await element.run({ with: ['own'], elements, environment: { http_proxy: proxy } });
    const file = '/etc/apt/apt.conf.d/02local-config';
    return [await built.tree.read(file), await built.tree.mode(file)];
  };
  expect(await read('http://a.example')).toEqual(['Acquire::http::Proxy "http://a.example";\n', '0644']);
  expect(await read('http://b.example')).toEqual(['Acquire::http::Proxy "http://b.example";\n', '0644']);
  expect((await read('http://me:secret@b.example'))[1]).toBe('0600');
});
