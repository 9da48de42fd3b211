import { describe, expect, it } from 'vitest';
import { selectEnvironment, sessionVariables } from '../../src/elements/select-environment.ts';

describe('selectEnvironment', () => {
  it('lets through what is mentioned, in byte order', () => {
    const user = { DIB_Z: '1', DIB_REPOREF_agent: 'main', DIB_A: '', UNKNOWN: 'x', MISSING: undefined };
    const selected = selectEnvironment(user, {
      names: ['DIB_A', 'DIB_Z', 'MISSING'],
      prefixes: ['DIB_REPOREF_'],
    });
    expect(Object.entries(selected)).toEqual([
      ['DIB_A', ''],
      ['DIB_REPOREF_agent', 'main'],
      ['DIB_Z', '1'],
    ]);
  });

  it("keeps the session's variables out although scripts mention them", () => {
    const user = {
      HOME: '/home/me',
      PATH: '/x',
      LC_ALL: 'de',
      SSH_AUTH_SOCK: 's',
      npm_config_x: '1',
      _: 'node',
      CI: '1',
    };
    expect(selectEnvironment(user, { names: Object.keys(user), prefixes: ['LC_', 'SSH_'] })).toEqual({});
    expect(sessionVariables).toContain('XDG_*');
  });

  it('always lets proxies through', () => {
    const user = { http_proxy: 'a', HTTPS_PROXY: 'b', no_proxy: 'c', ftp_proxy: 'd' };
    expect(selectEnvironment(user, { names: [], prefixes: [] })).toEqual({
      http_proxy: 'a',
      HTTPS_PROXY: 'b',
      no_proxy: 'c',
    });
  });
});
