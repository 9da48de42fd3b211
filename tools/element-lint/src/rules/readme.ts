import type { ElementFolder } from '../element-folder.ts';
import type { Rule } from '../rule.ts';

/** Every element says what it does. */
export const readme: Rule = {
  name: 'readme',
  severity: 'error',
  description: 'An element has a README.md or README.rst that says what it does.',
  check: (folder) => {
    const text = readmeOf(folder)?.text;
    if (text !== undefined && text.trim() !== '') return [];
    const message = text === undefined ? 'there is no README.md or README.rst' : 'the README is empty';
    return [{ file: '.', message, hint: 'say in it what the element does, and the variables that it reads' }];
  },
};

/** A variable that nobody can know of cannot be set. */
export const readmeVariables: Rule = {
  name: 'readme-variables',
  severity: 'warning',
  description: 'The README names each DIB_ variable that the scripts of the element read.',
  check: (folder) => {
    const documented = readmeOf(folder)?.text;
    if (documented === undefined) return [];
    const seen = new Set<string>();
    return folder.files.flatMap((file) =>
      file.shell.flatMap((line) =>
        [...line.code.matchAll(/\$\{?(DIB_[A-Z0-9_]+)/g)].flatMap(([, variable = '']) => {
          if (ownedByFramework.has(variable) || seen.has(variable) || documented.includes(variable))
            return [];
          seen.add(variable);
          return [
            {
              file: file.path,
              line: line.number,
              message: `${variable} is read here, and the README does not name it`,
            },
          ];
        }),
      ),
    );
  },
};

const readmeOf = (folder: ElementFolder) =>
  folder.files.find((it) => it.path === 'README.md') ?? folder.files.find((it) => it.path === 'README.rst');

/** Set by the framework or common to all elements; described once, in the reference. */
const ownedByFramework: ReadonlySet<string> = new Set([
  'DIB_ARGS',
  'DIB_BLOCK_DEVICE',
  'DIB_BOOT_LABEL',
  'DIB_CHECKSUM',
  'DIB_DEBUG_TRACE',
  'DIB_DEFAULT_INSTALLTYPE',
  'DIB_DISTRIBUTION_MIRROR',
  'DIB_ENV',
  'DIB_IMAGE_CACHE',
  'DIB_IMAGE_SIZE',
  'DIB_INIT_SYSTEM',
  'DIB_LOCKFILES',
  'DIB_MOUNTPOINTS',
  'DIB_OFFLINE',
  'DIB_PYTHON',
  'DIB_PYTHON_EXEC',
  'DIB_PYTHON_VERSION',
  'DIB_RELEASE',
  'DIB_ROOT_FSTYPE',
  'DIB_ROOT_LABEL',
]);
