import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { octaviaOptions } from '../../../src/compat/octavia/octavia-options.ts';
import { runCase } from './run-case.ts';

describe('-h and -v', () => {
  it('answer with 0, and with 1 in compatibility mode', async () => {
    expect((await runCase({ argv: ['-h'] })).exitCode).toBe(0);
    expect((await runCase({ argv: ['--help'] })).exitCode).toBe(0);
    expect((await runCase({ argv: ['-v'] })).exitCode).toBe(0);
    expect((await runCase({ argv: ['-h', '--compat'] })).exitCode).toBe(1);
    expect((await runCase({ argv: ['-v'], env: { KILN_COMPAT: '1' } })).exitCode).toBe(1);
  });

  it('the help names every option', async () => {
    const { stdout } = await runCase({ argv: ['-h'] });
    for (const { short, long } of octaviaOptions)
      expect(stdout).toContain(short === undefined ? `--${long}` : `-${short}`);
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
  });

  it('the help of 2019 has no options of later', async () => {
    const { stdout } = await runCase({ argv: ['-h', '--octavia', 'train'] });
    expect(stdout).not.toMatch(/^ {2}-[gmy] /m);
  });

  it('the version is that of the script, with that of Kiln', async () => {
    const { stdout } = await runCase({ argv: ['-v'] });
    expect(stdout).toMatch(
      /^Amphora disk image creation script version: 0\.1\ndiskimage-create\.sh of Kiln \d/,
    );
  });
});

describe('--dry-run', () => {
  it('prints one JSON object, and builds and makes nothing', async () => {
    const argv = ['--dry-run', '--json', '-i', 'debian', '-p', '-c', 'cache', '-w', 'work'];
    const { exitCode, stdout, invocations, leftover } = await runCase({ argv });
    expect({ exitCode, invocations, leftover }).toEqual({ exitCode: 0, invocations: [], leftover: [] });
    const plan = JSON.parse(stdout) as Record<string, unknown>;
    expect(Object.keys(plan)).toEqual(['elements', 'arguments', 'environment']);
    expect(plan['elements']).toContain('debian-minimal');
    expect(plan['environment']).toMatchObject({
      DIB_RELEASE: 'bookworm',
      DIB_INSTALLTYPE_amphora_agent: 'package',
    });
  });

  it('prints a call of disk-image-create for people', async () => {
    const { stdout } = await runCase({ argv: ['--dry-run', '-i', 'debian-minimal'] });
    expect(stdout).toMatch(
      /DIB_RELEASE=bookworm \\\n(.*\n)* +disk-image-create -o .* base vm debian-minimal haproxy/,
    );
  });

  it('--json alone is wrong use', async () => {
    const { exitCode, stderr } = await runCase({ argv: ['--json'] });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: 'diskimage-create.sh: --json goes with --dry-run\n',
    });
  });
});

describe('what is wrong is told before anything is built', () => {
  it('all wrong values at once', async () => {
    const { exitCode, stdout, invocations } = await runCase({
      argv: ['-a', 'vax', '-s', 'x', '-t', 'floppy', '-i', 'beos'],
    });
    expect({ exitCode, invocations }).toEqual({ exitCode: 3, invocations: [] });
    expect(stdout.split('\n')).toEqual([
      'Error: Unsupported architecture vax specified',
      'Error: Unsupported base OS beos specified',
      'Error: Invalid image size x specified',
      'Error: Unsupported image type floppy specified',
      '',
    ]);
  });

  it('a disk that is too small, but not for a container archive', async () => {
    const small = await runCase({ argv: ['-i', 'debian', '-s', '1'] });
    expect(small).toMatchObject({ exitCode: 1, invocations: [] });
    expect(small.stdout).toBe('ERROR: an amphora of debian does not fit into 1GB; the least is -s 2.\n');
    expect(await runCase({ argv: ['-i', 'debian', '-s', '1', '-t', 'tar'] })).toMatchObject({ exitCode: 0 });
  });

  it('a root password where SELinux enforces, but not on Debian', async () => {
    const argv = ['-r', 'secret-of-root'];
    const there = await runCase({ argv, host: { system: 'Fedora Linux', selinuxEnforces: true } });
    expect(there).toMatchObject({ exitCode: 1, invocations: [] });
    expect(there.stdout).toMatch(/^A root password cannot be enabled/);
    expect(await runCase({ argv, host: { selinuxEnforces: true } })).toMatchObject({ exitCode: 0 });
    expect(
      await runCase({ argv: [], host: { system: 'Fedora Linux', selinuxEnforces: true } }),
    ).toMatchObject({ exitCode: 0 });
  });

  it('a host that Octavia’s script does not know, in compatibility mode', async () => {
    const host = { system: 'Alpine Linux' };
    expect(await runCase({ argv: [], host })).toMatchObject({ exitCode: 0 });
    expect(await runCase({ argv: ['--compat'], host })).toMatchObject({ exitCode: 2, invocations: [] });
  });

  it('an unknown release of Octavia', async () => {
    const { exitCode, stdout } = await runCase({ argv: [], env: { KILN_OCTAVIA: 'trian' } });
    expect({ exitCode, stdout }).toEqual({
      exitCode: 3,
      stdout: 'Error: Unknown release trian of Octavia; known are current, train\n',
    });
  });
});

describe('the root password', () => {
  const secret = 'correct horse battery';

  it('is in nothing that is printed, wherever it comes from', async () => {
    for (const call of [{ argv: ['-r', secret] }, { argv: [], env: { AMP_ROOTPW: secret } }]) {
      const built = await runCase(call);
      const shown = await runCase({ ...call, argv: ['--dry-run', '--json', ...call.argv] });
      const text = await runCase({ ...call, argv: ['--dry-run', ...call.argv] });
      for (const { stdout, stderr } of [built, shown, text]) expect(stdout + stderr).not.toContain(secret);
      const [invocation] = built.invocations;
      const holders = Object.entries(invocation?.environment ?? {}).filter(([, value]) =>
        value?.includes(secret),
      );
      expect(holders.map(([name]) => name)).toEqual(['DIB_PASSWORD']);
      expect(invocation?.elements).toContain('root-passwd');
    }
  });

  it('can come from a file, of which the build is given the path', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'octavia-password-'));
    try {
      const file = join(folder, 'password');
      writeFileSync(file, `${secret}\n`);
      const { invocations, stdout } = await runCase({ argv: ['--root-password-file', file] });
      expect(invocations[0]?.environment).toMatchObject({ DIB_PASSWORD_FILE: file });
      expect(invocations[0]?.environment['DIB_PASSWORD']).toBeUndefined();
      expect(invocations[0]?.elements).toContain('root-passwd');
      expect(stdout).toMatch(/^Warning: Using a root password/);
      writeFileSync(file, '\n');
      const empty = await runCase({ argv: [], env: { AMP_ROOTPW_FILE: file } });
      expect(empty).toMatchObject({ exitCode: 3, invocations: [] });
      expect(empty.stdout).toContain(`first line of ${file}`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('what disk-image-create is given', () => {
  it('the size in the end is that of the file that was made', async () => {
    expect((await runCase({ argv: ['-o', 'out'] })).stdout).toMatch(
      /^Amphora image size: @CWD@\/out\.qcow2 7$/m,
    );
    expect((await runCase({ argv: ['-o', 'out.qcow2', '-t', 'raw'] })).stdout).toMatch(
      /: @CWD@\/out\.qcow2\.raw 7$/m,
    );
    expect((await runCase({ argv: ['-t', 'tar'] })).stdout).toMatch(/: @CWD@\/amphora-x64-haproxy\.tar 7$/m);
  });

  it('the usual cache is Kiln’s; one that is asked for is used', async () => {
    expect((await runCase({ argv: [] })).invocations[0]?.imageCache).toBeUndefined();
    expect((await runCase({ argv: ['-c', 'here'] })).invocations[0]?.imageCache).toMatch(/\/cwd\/here$/);
  });

  it('-w is where the build works', async () => {
    expect((await runCase({ argv: ['-w', 'a/b'] })).invocations[0]?.environment['KILN_WORK']).toMatch(
      /\/cwd\/a\/b$/,
    );
  });

  it('-g names a branch of the agent and its constraints', async () => {
    const { invocations, stdout } = await runCase({ argv: ['-g', 'stable/2026.1'] });
    expect(invocations[0]?.environment).toMatchObject({
      DIB_REPOREF_amphora_agent: 'stable/2026.1',
      DIB_REPOLOCATION_upper_constraints:
        'https://opendev.org/openstack/requirements/raw/branch/stable/2026.1/upper-constraints.txt',
    });
    expect(stdout).toMatch(
      /^Building image with amphora agent from stable\/2026\.1\.\nUsing upper constraints from /,
    );
  });

  it('USE_PYTHON3=False chooses Python 2', async () => {
    const { invocations } = await runCase({ argv: [], env: { USE_PYTHON3: 'False' } });
    expect(invocations[0]?.environment['DIB_PYTHON_VERSION']).toBe('2');
  });

  it('AMP_BASEOS may be an element, as the script itself sets it', async () => {
    const { invocations } = await runCase({ argv: [], env: { AMP_BASEOS: 'rocky-container' } });
    expect(invocations[0]?.elements[2]).toBe('rocky-container');
  });
});
