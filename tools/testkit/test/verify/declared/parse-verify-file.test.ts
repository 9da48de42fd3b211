import { describe, expect, it } from 'vitest';
import { parseVerifyFile } from '../../../src/verify/declared/parse-verify-file.ts';

const parse = (text: string) => parseVerifyFile({ element: 'demo', file: 'elements/demo/verify.yaml', text });

function problemsOf(text: string) {
  const result = parse(text);
  if (result.ok) throw new Error('no problem was found');
  return result.failures.map((failure) => ({
    line: failure.place?.line,
    reason: 'reason' in failure ? failure.reason : '',
  }));
}

describe('parseVerifyFile', () => {
  it('reads every form', () => {
    const result = parse(`
- packages: [haproxy, keepalived]
- packages-absent: [gcc]
  name: no compiler
  when: "DIB_INSTALLTYPE!=source"
- unit-enabled: ssh.service
- unit-disabled: haproxy.service
- file: /var/lib/haproxy
  mode: 0755
  owner: root:root
  directory: true
- file: /etc/x
  contains: text
  matches: ^a+$
- glob-absent: [/etc/ssh/ssh_host_*]
- sysctl: net.ipv4.tcp_rmem
  value: 4096 87380 33554432
- kernel-module: brd
- user: haproxy
- command-line: console=ttyS0
`);
    if (!result.ok) throw new Error(JSON.stringify(result.failures));
    expect(result.value.map((check) => check.question.kind)).toEqual([
      'packages',
      'packages-absent',
      'unit-enabled',
      'unit-disabled',
      'file',
      'file',
      'glob-absent',
      'sysctl',
      'kernel-module',
      'user',
      'command-line',
    ]);
    expect(result.value[1]).toMatchObject({
      id: 'demo/2',
      title: 'no compiler',
      conditions: [{ variable: 'DIB_INSTALLTYPE', value: 'source', negated: true }],
      place: { file: 'elements/demo/verify.yaml', line: 3 },
    });
    expect(result.value[4]?.question).toEqual({
      kind: 'file',
      path: '/var/lib/haproxy',
      mode: 0o755,
      owner: 'root:root',
      directory: true,
    });
  });

  it('asks nothing in an empty file', () => {
    expect(parse('# nothing yet\n')).toMatchObject({ ok: true, value: [] });
  });

  it('keeps the spelling of values', () => {
    const result = parse('- sysctl: a.b\n  value: 010\n');
    expect(result.ok && result.value[0]?.question).toEqual({ kind: 'sysctl', key: 'a.b', value: '010' });
  });

  it('reports all problems, each with its line', () => {
    expect(
      problemsOf(`
- pakages: [a]
- file: relative
  mode: rwx
- sysctl: a.b
- file: /x
  exectuable: true
- packages: []
- just text
- packages: [a]
  user: b
- file: /y
  matches: "("
- user: x
  when: LINUX
- file: /z
  absent: "no"
`),
    ).toEqual([
      { line: 2, reason: expect.stringContaining("did you mean 'packages'?") },
      { line: 3, reason: 'the path must be absolute' },
      { line: 4, reason: expect.stringContaining('octal') },
      { line: 5, reason: "a sysctl needs a 'value'" },
      { line: 7, reason: expect.stringContaining("did you mean 'executable'?") },
      { line: 8, reason: 'the list is empty' },
      { line: 9, reason: expect.stringContaining('expected a map') },
      { line: 10, reason: expect.stringContaining('not packages and user') },
      { line: 13, reason: expect.stringContaining('egular expression') },
      { line: 15, reason: expect.stringContaining("found 'LINUX'") },
      { line: 17, reason: 'expected true or false' },
    ]);
  });

  it('refuses what is no list, and what is no YAML', () => {
    expect(problemsOf('packages: [a]\n')[0]?.reason).toMatch(/list of checks/u);
    expect(problemsOf('- packages: [a\n').length).toBeGreaterThan(0);
  });
});
