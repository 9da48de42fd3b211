import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { plainEnvironment, runCommand } from '@kiln/engine/util/run-command.ts';
import { expect } from 'vitest';
import { testOn, tools } from '../host-needs.ts';

const hook = join(import.meta.dirname, '../../elements/amphora-agent/post-install.d/96-agent-loads');

const entryPoints = `[console_scripts]
amphora-agent = octavia.cmd.agent:main
prometheus-proxy = octavia.cmd.prometheus_proxy:main
octavia-worker = octavia.cmd.worker:main
`;

/** An agent as pip leaves it in a virtual environment; undefined: that file is missing. */
const agent: Readonly<Record<string, string | undefined>> = {
  'octavia-11.0.0.dist-info/METADATA': 'Metadata-Version: 2.1\nName: octavia\nVersion: 11.0.0\n',
  'octavia-11.0.0.dist-info/entry_points.txt': entryPoints,
  'octavia/__init__.py': '',
  'octavia/cmd/__init__.py': '',
  'octavia/cmd/agent.py': 'import json\n\n\ndef main():\n    pass\n',
  'octavia/cmd/prometheus_proxy.py': 'def main():\n    pass\n',
  // A program of the controller: what it needs is not in an amphora.
  'octavia/cmd/worker.py': 'import no_such_library\n',
};

/** Lets the hook's Python look at an agent, in an environment like the image's. */
async function load(changes: Readonly<Record<string, string | undefined>>) {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-agent-'));
  try {
    const env = plainEnvironment;
    const made = await runCommand({
      file: '/usr/bin/python3',
      args: ['-m', 'venv', '--without-pip', folder],
      env,
    });
    expect(made.ok, made.stderr).toBe(true);
    const python = join(folder, 'bin/python3');
    const where = ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))'];
    const packages = (await runCommand({ file: python, args: where, env })).stdout.trim();
    for (const [path, text] of Object.entries({ ...agent, ...changes })) {
      if (text === undefined) continue;
      await mkdir(dirname(join(packages, path)), { recursive: true });
      await writeFile(join(packages, path), text);
    }
    const [, program = ''] = /<<'PYTHON'\n([^]*?)\nPYTHON\n/.exec(await readFile(hook, 'utf8')) ?? [];
    expect(program).toContain('entry_points');
    return await runCommand({ file: python, args: ['-B', '-'], input: program, env });
  } finally {
    await rm(folder, { recursive: true });
  }
}

const needs = [tools('python3')];

testOn(needs, 'an agent whose programs load passes, whatever the controller’s programs want', async () => {
  const loaded = await load({});
  expect(loaded.ok, loaded.stderr).toBe(true);
});

testOn(needs, 'an agent that lacks a library, a module or a function fails, with all of them', async () => {
  const broken = await load({
    'octavia/cmd/agent.py': 'import no_such_library\n',
    'octavia/cmd/prometheus_proxy.py': undefined,
  });
  expect(broken.ok).toBe(false);
  expect(broken.stderr).toContain(
    "amphora-agent: amphora-agent does not start: ModuleNotFoundError: No module named 'no_such_library'",
  );
  expect(broken.stderr).toContain('amphora-agent: prometheus-proxy does not start: ModuleNotFoundError');
  const other = await load({ 'octavia/cmd/agent.py': '' });
  expect(other.stderr).toContain('amphora-agent does not start: AttributeError');
});

testOn(needs, 'an agent that calls a script of rules that is not there fails', async () => {
  const call = (command: string) => ({
    'octavia/amphorae/backends/interface_file.py': `command = "${command} add {} {}"\n`,
  });
  const other = await load(call('someones-agent-lvs-masquerade'));
  expect(other.ok).toBe(false);
  expect(other.stderr).toContain('the agent calls someones-agent-lvs-masquerade, which is not there');
  const older = await load(call('/nonexistent/udp-masquerade.sh'));
  expect(older.stderr).toContain('the agent calls /nonexistent/udp-masquerade.sh, which is not there');
});

testOn(needs, 'an agent of a release without prometheus-proxy and amphora-interface passes', async () => {
  const older = await load({
    'octavia-11.0.0.dist-info/METADATA': undefined,
    'octavia-11.0.0.dist-info/entry_points.txt': undefined,
    'octavia-5.1.2.dist-info/METADATA': 'Metadata-Version: 2.1\nName: octavia\nVersion: 5.1.2\n',
    'octavia-5.1.2.dist-info/entry_points.txt':
      '[console_scripts]\namphora-agent = octavia.cmd.agent:main\noctavia-worker = octavia.cmd.worker:main\n',
    'octavia/cmd/prometheus_proxy.py': undefined,
  });
  expect(older.ok, older.stderr).toBe(true);
});

testOn(needs, 'an environment without the agent fails', async () => {
  const empty = await load({
    'octavia-11.0.0.dist-info/METADATA': undefined,
    'octavia-11.0.0.dist-info/entry_points.txt': undefined,
  });
  expect(empty.ok).toBe(false);
  expect(empty.stderr).toContain('octavia');
});
