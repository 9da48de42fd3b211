import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '@kiln/engine/fingerprint/digest.ts';
import { createGitUpstream } from '@kiln/testkit/rig/git-upstream.ts';
import type { LoopbackServer } from '@kiln/testkit/rig/loopback-server.ts';
import { makeWheel } from '@kiln/testkit/rig/make-wheel.ts';

const agentPrograms = [
  'amphora-agent',
  'amphora-health-checker',
  'amphora-interface',
  'haproxy-vrrp-check',
  'prometheus-proxy',
];

/** Builds a wheel of the sources around it (PEP 517), with nothing but Python. */
const backend = `import pathlib, tomllib, zipfile

def build_wheel(folder, config_settings=None, metadata_directory=None):
    project = tomllib.loads(pathlib.Path('pyproject.toml').read_text())['project']
    name, version = project['name'].replace('-', '_'), project['version']
    info = f'{name}-{version}.dist-info'
    scripts = ''.join(f'{key} = {value}\\n' for key, value in project.get('scripts', {}).items())
    metadata = f'Metadata-Version: 2.1\\nName: {project["name"]}\\nVersion: {version}\\n'
    metadata += ''.join(f'Requires-Dist: {it}\\n' for it in project.get('dependencies', []))
    files = {str(path): path.read_text() for path in sorted(pathlib.Path(name).rglob('*')) if path.is_file()}
    files[f'{info}/METADATA'] = metadata
    files[f'{info}/WHEEL'] = 'Wheel-Version: 1.0\\nGenerator: fixture\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n'
    files[f'{info}/entry_points.txt'] = f'[console_scripts]\\n{scripts}'
    files[f'{info}/RECORD'] = ''.join(f'{path},,\\n' for path in files)
    wheel = f'{name}-{version}-py3-none-any.whl'
    with zipfile.ZipFile(pathlib.Path(folder, wheel), 'w') as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return wheel
`;

function project(name: string, more: readonly string[]): string {
  return [
    '[build-system]',
    'requires = []',
    'build-backend = "backend"',
    'backend-path = ["."]',
    '[project]',
    `name = "${name}"`,
    'version = "1.0"',
    ...more,
    '',
  ].join('\n');
}

const agent = {
  'backend.py': backend,
  'pyproject.toml': project('octavia', [
    'dependencies = ["fixture_library", "octavia-lib"]',
    '[project.scripts]',
    ...agentPrograms.map((name) => `${name} = "octavia.cmd:main"`),
  ]),
  'octavia/__init__.py': '',
  'octavia/cmd.py': 'import fixture_library\n\ndef main():\n    print(fixture_library.VERSION)\n',
  'octavia/amphorae/drivers.py': "script = '/usr/local/bin/lvs-masquerade.sh'\n",
};
const library = {
  'backend.py': backend,
  'pyproject.toml': project('octavia-lib', []),
  'octavia_lib/__init__.py': "VERSION = 'of the repository'\n",
};

const pipFolder = '/usr/share/python-wheels';

/** What an agent from source is made of, as repositories, constraints and an index of this machine. */
export interface AmphoraSources {
  readonly environment: Readonly<Record<string, string>>;
  readonly commit: string;
}

/** Makes the sources below a folder, and serves what comes by HTTP. @param pip file name of pip's own wheel. */
export async function serveAmphoraSources(
  server: LoopbackServer,
  folder: string,
  pip: string,
): Promise<AmphoraSources> {
  const [octavia, octaviaLib] = await Promise.all([
    createGitUpstream(join(folder, 'octavia')),
    createGitUpstream(join(folder, 'octavia-lib')),
  ]);
  const commit = await octavia.commit(agent, 'The agent');
  await octaviaLib.commit(library, 'The library');
  for (const upstream of [octavia, octaviaLib]) await upstream.git('branch', 'master');

  const wheels = [
    makeWheel('fixture_library', '1.0'),
    makeWheel('fixture_library', '2.0'),
    makeWheel('octavia_lib', '3.0'),
    { filename: pip, bytes: await readFile(join(pipFolder, pip)) },
  ];
  for (const name of ['fixture-library', 'octavia-lib', 'pip'])
    server.content.set(
      `/simple/${name}/`,
      wheels
        .filter(({ filename }) => filename.startsWith(`${name.replace('-', '_')}-`))
        .map(({ filename, bytes }) => `<a href="/w/${filename}#sha256=${digestOf(bytes)}">${filename}</a>\n`)
        .join(''),
    );
  for (const { filename, bytes } of wheels) server.content.set(`/w/${filename}`, bytes);
  // The constraints hold the newer library back, and name a release of octavia-lib that only the repository replaces.
  server.content.set('/upper-constraints.txt', 'fixture-library===1.0\noctavia-lib===3.0\n');
  return {
    commit,
    environment: {
      DIB_REPOLOCATION_amphora_agent: octavia.location,
      DIB_REPOLOCATION_octavia_lib: octaviaLib.location,
      DIB_REPOLOCATION_upper_constraints: `${server.url}/upper-constraints.txt`,
      DIB_PYPI_MIRROR_URL: `${server.url}/simple`,
    },
  };
}

/** File name of the wheel of pip that Python of this host makes environments with; undefined where there is none. */
export function pipOfThisHost(): string | undefined {
  if (!existsSync(pipFolder)) return undefined;
  return readdirSync(pipFolder).find((name) => name.startsWith('pip-'));
}
