import { quote } from '@kiln/engine/sandbox/command-runner.ts';
import { failed, pass, passUnless, skip, type CheckResult, type Outcome } from '../verify/check.ts';
import { named } from './guest-checks.ts';

/** What came of the shell: why there was none, or what it printed and how the boot went on after it. */
export type RamdiskShell =
  | { readonly failure: string }
  | {
      readonly answers: string;
      readonly afterwards: { readonly failure: string } | { readonly address: string };
    };

const titles = {
  'boot-init': 'the kernel unpacks the ramdisk and runs its init',
  'boot-shell': '`troubleshoot` gives a shell with a terminal',
  'boot-modules': 'the modules are those of the running kernel',
  'boot-programs': 'the programs that the elements name are there',
  'boot-disk': 'the disk has its driver',
  'boot-network': 'the network card has its driver',
  'boot-address': 'the boot goes on after the shell, and gets an address',
  'boot-console': 'the console shows no failure',
} as const;

function judged(id: keyof typeof titles, outcome: Outcome): CheckResult {
  return named(id, titles[id], outcome);
}

/**
 * Lines for the shell that make it tell what `shellChecks` asks, `kiln-<question>=<answer>` each, and end in `kiln-end`. The echo of
 * what is typed begins with a prompt, and so is no answer.
 */
export function askScript(programs: readonly string[]): string {
  const asks = programs.map(
    (name) => `command -v ${quote(name)} >/dev/null || echo ${quote(`kiln-lacks=${name}`)}`,
  );
  return [
    'echo "kiln-terminal=$(tty)"',
    'echo "kiln-kernel=$(uname -r)"',
    'echo "kiln-modules=$(ls /lib/modules)"',
    'for d in /sys/block/*/device; do d=${d%/*}; echo "kiln-disk=${d##*/}"; done',
    'for d in /sys/class/net/*/device; do d=${d%/*}; echo "kiln-card=${d##*/} $(cat $d/operstate)"; done',
    ...asks,
    'echo kiln-end',
    '',
  ].join('\n');
}

/** Whether init was reached: what was, or why nothing. */
export function initCheck(
  reached: string | { readonly reason: string; readonly lastLines: readonly string[] },
): CheckResult {
  if (typeof reached === 'string') return judged('boot-init', pass(reached));
  return judged('boot-init', failed([reached.reason, ...reached.lastLines].join('\n')));
}

/** The checks of the shell for a ramdisk that has none, since it is a whole system. */
export function withoutShell(): readonly CheckResult[] {
  return [judged('boot-shell', skip('it is a system of its own'))];
}

/** Judges what the shell told. */
export function shellChecks(
  shell: RamdiskShell,
  { programs }: { readonly programs: readonly string[] },
): readonly CheckResult[] {
  if ('failure' in shell) return [judged('boot-shell', failed(shell.failure))];
  const { answers, afterwards } = shell;
  const all = (question: string): readonly string[] =>
    [...answers.matchAll(new RegExp(`^kiln-${question}=(.*)$`, 'gmu'))].map((match) => match[1] ?? '');
  const [terminal = ''] = all('terminal');
  const [kernel = ''] = all('kernel');
  const modules = all('modules');
  const devices = (question: string): readonly string[] =>
    all(question).filter((name) => !name.startsWith('*'));
  return [
    judged(
      'boot-shell',
      terminal.startsWith('/dev/')
        ? pass(terminal)
        : failed(`tty says '${terminal}': there is no job control`),
    ),
    judged(
      'boot-modules',
      modules.includes(kernel)
        ? pass(kernel)
        : failed(`the kernel is ${kernel}, modules of ${modules.join(', ') || 'none'}`),
    ),
    judged(
      'boot-programs',
      passUnless(
        all('lacks').map((name) => `there is no ${name}`),
        `${programs.length} programs`,
      ),
    ),
    judged('boot-disk', present(devices('disk'), 'no disk')),
    judged('boot-network', present(devices('card'), 'no network card')),
    judged(
      'boot-address',
      'address' in afterwards ? pass(afterwards.address) : failed(`no address: ${afterwards.failure}`),
    ),
  ];
}

function present(names: readonly string[], otherwise: string): Outcome {
  return names.length > 0 ? pass(names.join(', ')) : failed(otherwise);
}

/** What a console of a ramdisk shows where something is missing or broken. */
const complaints =
  /^.*(?:command not found|error while loading shared libraries|modprobe: (?:FATAL|ERROR)|Initramfs unpacking failed|syntax error|Kernel panic).*$/gmu;

/** The check of everything that the console said. */
export function ramdiskConsoleCheck(console: string): CheckResult {
  return judged('boot-console', passUnless([...console.matchAll(complaints)].map(([line]) => line.trim())));
}
