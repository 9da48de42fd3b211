import type { LintFile } from '../element-folder.ts';
import { hookFolders, hostHookFolders } from '../phase-folders.ts';
import type { Rule } from '../rule.ts';

/** Where a command can begin in a line of shell. */
const start = String.raw`(?:^|[;&|({\`]|\$\(|\b(?:if|then|do|else|while|until|time|exec|sudo(?:\s+-\w+)*|env)\s|!\s)\s*`;

const calls = (code: string, programs: string): boolean =>
  new RegExp(`${start}(?:${programs})(?:\\s|$)`).test(code);

/** What came over the network must be what was meant. */
export const checksum: Rule = {
  name: 'checksum',
  severity: 'error',
  description: 'A script that fetches a file compares it with a checksum or a signature.',
  check: (folder) =>
    folder.files
      .filter(
        (it) =>
          !/\b(sha(1|224|256|384|512)sum|md5sum|b2sum|shasum|gpgv|gpg\b.*--verify|sha256=|--checksum)/.test(
            it.text ?? '',
          ),
      )
      .flatMap((file) =>
        file.shell
          .filter((it) => calls(it.code, 'curl|wget'))
          .map((it) => ({
            file: file.path,
            line: it.number,
            message: 'what this fetches is not compared with a checksum',
            hint: 'ask for it in a source-repository file, or check it with sha256sum',
          })),
      ),
};

/** `install-packages` knows the distribution, the cache and the names that differ. */
export const aptGet: Rule = {
  name: 'apt-get',
  severity: 'error',
  description:
    "Hooks install packages with 'install-packages', not with a package manager of one distribution.",
  check: (folder) =>
    folder.files
      .filter((it) => hookFolders.has(it.folder ?? ''))
      .flatMap((file) =>
        file.shell
          .filter(
            (it) =>
              calls(it.code, 'apt|apt-get|aptitude|dnf|yum|zypper') &&
              /\b(install|remove|purge|upgrade|dist-upgrade)\b/.test(it.code),
          )
          .map((it) => ({
            file: file.path,
            line: it.number,
            message: 'packages are installed or removed past install-packages',
            hint: "use package-installs.yaml, or 'install-packages'",
          })),
      ),
};

const writers = 'cp|mv|install|ln|tee|rsync';
const changers = 'rm|mkdir|touch|chmod|chown|rmdir|truncate';
const harmless = /^\/(dev\/(null|stdout|stderr|tty|fd\/)|proc\/self\/)/;

/** In a host phase `/etc` is the host's, not the image's. */
export const hostWrite: Rule = {
  name: 'host-write',
  severity: 'error',
  description: 'Hooks that run on the host write below $TARGET_ROOT, never to a path of the host.',
  check: (folder) =>
    folder.files
      .filter((it) => it.isHookCandidate && hostHookFolders.has(it.folder ?? ''))
      .filter((it) => !it.text?.includes('# dib-lint: safe_sudo'))
      .flatMap((file) => hostWrites(file)),
};

function hostWrites(file: LintFile) {
  return file.shell.flatMap((line) => {
    const targets = [...redirections(line.code), ...argumentTargets(line.code)].filter(
      (it) => it.startsWith('/') && !harmless.test(it),
    );
    if (targets.length === 0) return [];
    return [
      {
        file: file.path,
        line: line.number,
        message: `this writes to ${targets[0] ?? ''} of the host`,
        hint: 'put $TARGET_ROOT before the path',
      },
    ];
  });
}

const redirections = (code: string): readonly string[] =>
  [...code.matchAll(/>{1,2}\|?\s*["']?(\/[^\s"';|&)]*)/g)].map((it) => it[1] ?? '');

function argumentTargets(code: string): readonly string[] {
  return code.split(/[;|&]+/).flatMap((command) => {
    // What a chroot is told to do happens in the image.
    if (/\bchroot\b/.test(command)) return [];
    const words = command.replaceAll(/["']/g, '').trim().split(/\s+/);
    const at = words.findIndex(
      (word) => word !== 'sudo' && !word.startsWith('-') && !/^(if|then|do|else|!|\w+=.*)$/.test(word),
    );
    const [program = '', ...rest] = words.slice(Math.max(at, 0));
    const operands = rest.filter((word) => !word.startsWith('-') && !/^\d*[<>]/.test(word));
    if (new RegExp(`^(${writers})$`).test(program)) return program === 'tee' ? operands : operands.slice(-1);
    return new RegExp(`^(${changers})$`).test(program) ? operands : [];
  });
}
