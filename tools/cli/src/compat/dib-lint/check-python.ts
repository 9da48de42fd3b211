import { resolve } from 'node:path';
import { fileExclusions, type NamedLintFile } from '@kiln/element-lint';
import { hostPath, runCommand } from '@kiln/engine/util/run-command.ts';
import type { LintRun } from './lint-run.ts';

/** Gives Python scripts to flake8, which reads its settings in the current folder. Without flake8 it says so, and that is all. */
export async function checkPython(files: readonly NamedLintFile[], run: LintRun): Promise<void> {
  const wanted = files.filter(({ file }) => !fileExclusions(file.text ?? '').has('flake8'));
  const env = { PATH: run.environment['PATH'] ?? hostPath, LC_ALL: 'C.UTF-8' };
  for (const { shown } of wanted) {
    const result = await runCommand({ file: 'flake8', args: [resolve(run.cwd, shown)], cwd: run.cwd, env });
    if (result.ok) continue;
    if (result.exitCode === undefined) {
      run.say(`flake8 is not installed: ${wanted.length} Python scripts are not checked`);
      return;
    }
    const excerpt = `${result.stdout}\n${result.stderr}`.split('\n').filter((line) => line !== '');
    run.onProblem({ rule: 'flake8', file: shown, message: 'failed flake8', excerpt });
  }
}
