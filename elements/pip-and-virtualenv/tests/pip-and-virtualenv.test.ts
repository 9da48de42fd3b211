import { elementTest } from '@kiln/testkit/element-tests/element-test.ts';
import { expect } from 'vitest';

const packages = ['python3-pip', 'python3-venv', 'python3-virtualenv'];

elementTest('brings packages, and the variables by which hooks call them', async (element) => {
  const built = await element.run({
    observe: ['DIB_PYTHON_PIP', 'DIB_PYTHON_VIRTUALENV', 'PIP_BREAK_SYSTEM_PACKAGES'],
    files: { '/root/.cache/pip/wheel': 'left over\n' },
  });
  expect(await built.calls('install-packages')).toEqual([
    'install-packages python3',
    `install-packages ${packages.join(' ')}`,
  ]);
  expect(built.variables).toEqual({
    DIB_PYTHON_PIP: '/usr/bin/python3 -m pip',
    DIB_PYTHON_VIRTUALENV: '/usr/bin/python3 -m venv',
    PIP_BREAK_SYSTEM_PACKAGES: '1',
  });
  expect(await built.tree.exists('/root/.cache')).toBe(false);
});

elementTest('brings the newest of the index if asked, and keeps what pip left', async (element) => {
  const built = await element.run({
    environment: { DIB_INSTALLTYPE_pip_and_virtualenv: 'source', DIB_DISABLE_PIP_CLEANUP: '1' },
    files: {
      '/usr/bin/python3': '#!/bin/bash\necho "python3 $*" >>/var/lib/fixture/calls\n',
      '/root/.cache/pip/wheel': 'left over\n',
    },
  });
  expect(await built.calls('python3')).toEqual([
    'python3 -m pip install --upgrade --ignore-installed pip setuptools wheel virtualenv',
  ]);
  expect((await built.calls('install-packages')).join('\n')).toContain('python3-dev');
  expect(await built.tree.exists('/root/.cache/pip/wheel')).toBe(true);
});
