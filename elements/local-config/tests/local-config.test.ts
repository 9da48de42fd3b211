import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const tree = `mkdir -p "$TARGET_ROOT"/etc/{apt/apt.conf.d,dnf,sysconfig}
printf '[main]\\nproxy=http://old.example\\ngpgcheck=1\\n' >"$TARGET_ROOT/etc/dnf/dnf.conf"
printf 'PROXY_ENABLED="no"\\nHTTP_PROXY=""\\n' >"$TARGET_ROOT/etc/sysconfig/proxy"
`;
const elements = {
  own: {
    'root.d/50-own': tree,
    'pre-install.d/20-user': `echo 'stack:x:0:0::/home/stack:/bin/bash' >>/etc/passwd
mkdir -p /home/stack/.ssh
echo 'ssh-ed25519 AAAA one' >/home/stack/.ssh/authorized_keys\n`,
  },
};

async function withKeys(body: (file: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'local-config-'));
  try {
    await writeFile(join(folder, 'keys'), 'ssh-ed25519 AAAA one\nssh-ed25519 BBBB two\n');
    await body(join(folder, 'keys'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

elementTest('lets the holders of keys log in, each key once, and sets proxies', (element) =>
  withKeys(async (file) => {
    const environment = {
      DIB_LOCAL_CONFIG_AUTHORIZED_KEYS: file,
      DIB_LOCAL_CONFIG_USERNAME: 'stack',
      http_proxy: 'http://proxy.example:3128',
      no_proxy: 'one.example',
    };
    const built = await element.run({ with: ['own'], elements, environment });
    expect(await built.tree.read('/home/stack/.ssh/authorized_keys')).toBe(
      'ssh-ed25519 AAAA one\nssh-ed25519 BBBB two\n',
    );
    expect(await built.tree.mode('/home/stack/.ssh/authorized_keys')).toBe('0600');
    expect(await built.tree.mode('/home/stack/.ssh')).toBe('0700');
    expect(await built.tree.read('/etc/apt/apt.conf.d/02local-config')).toBe(
      'Acquire::http::Proxy "http://proxy.example:3128";\n' +
        'Acquire::http::Proxy::one.example "DIRECT";\nAcquire::https::Proxy::one.example "DIRECT";\n',
    );
    expect(await built.tree.read('/etc/dnf/dnf.conf')).toBe(
      '[main]\nproxy=http://proxy.example:3128\ngpgcheck=1\n',
    );
    expect(await built.tree.read('/etc/sysconfig/proxy')).toBe(
      'PROXY_ENABLED="yes"\nHTTP_PROXY="http://proxy.example:3128"\nNO_PROXY="one.example"\n',
    );
  }),
);

elementTest('says which user or file is not there', (element) =>
  withKeys(async (file) => {
    const keys = { DIB_LOCAL_CONFIG_AUTHORIZED_KEYS: file };
    const nobody = await element.expectFailure({
      environment: { ...keys, DIB_LOCAL_CONFIG_USERNAME: 'nix' },
    });
    expect(nobody.message).toContain("there is no user 'nix'");
    const nowhere = await element.expectFailure({
      environment: { DIB_LOCAL_CONFIG_AUTHORIZED_KEYS: '/nowhere' },
    });
    expect(nowhere.message).toContain("names '/nowhere', which is no file");
  }),
);
