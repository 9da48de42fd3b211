import { formatBytes } from '../util/format-bytes.ts';

/**
 * Every problem that Kiln expects, in one place: add an entry and the code, its payload and its text exist everywhere.
 *
 * `message` says what is wrong in terms of the user's files; `hint` says what to do about it.
 */
export const failureCatalogue = {
  // --- command lines -----------------------------------------------------------------------------------------------
  'option-unknown': {
    exitCode: 2,
    message: (p: { option: string; near?: string | undefined }) =>
      p.option.length === 2
        ? `invalid option -- '${p.option.slice(1)}'`
        : `unrecognized option '${p.option}'`,
    hint: (p: { near?: string | undefined }) =>
      p.near === undefined ? undefined : `did you mean '${p.near}'?`,
  },
  'option-ambiguous': {
    exitCode: 2,
    message: (p: { option: string; candidates: readonly string[] }) =>
      `option '${p.option}' is ambiguous; possibilities: ${p.candidates.map((it) => `'${it}'`).join(' ')}`,
    hint: () => 'write enough of its name to tell it from the others',
  },
  'option-needs-value': {
    exitCode: 2,
    message: (p: { option: string; value: string }) =>
      p.option.length === 2
        ? `option requires an argument -- '${p.option.slice(1)}'`
        : `option '${p.option}' requires an argument`,
    hint: (p: { option: string; value: string }) => `write ${p.option} ${p.value}`,
  },
  'option-takes-no-value': {
    exitCode: 2,
    message: (p: { option: string; value: string }) => `option '${p.option}' doesn't allow an argument`,
    hint: (p: { option: string; value: string }) => `leave out '=${p.value}'`,
  },
  'option-value-wrong': {
    exitCode: 2,
    message: (p: { option: string; value: string; expected: string }) =>
      `${p.option}: '${p.value}' is not ${p.expected}`,
  },
  'docker-target-missing': {
    exitCode: 2,
    message: () => 'Please set --docker-target.',
    hint: () => 'it names the image, such as registry.example/web:1.0',
  },
  'output-unwritable': {
    exitCode: 2,
    message: (p: { folder: string; reason: string }) => `cannot write into ${p.folder}: ${p.reason}`,
    hint: () => 'name another folder, or let this user write there',
  },
  'elements-not-named': {
    exitCode: 2,
    message: () => 'At least one distribution root element must be specified',
    hint: () => "for example 'debian-minimal'",
  },

  // --- image definitions -------------------------------------------------------------------------------------------
  'image-not-found': {
    exitCode: 2,
    message: (p: { image: string; near?: string | undefined }) =>
      `there is no image '${p.image}' (images/${p.image}/image.yaml)`,
    hint: (p: { near?: string | undefined }) =>
      p.near === undefined ? undefined : `did you mean '${p.near}'?`,
  },
  'workspace-not-found': {
    exitCode: 2,
    message: (p: { folder: string }) => `${p.folder} is in no workspace: no folder above it has an nx.json`,
    hint: () => "change to a workspace, or name one with 'kiln --workspace <folder> …'",
  },
  'step-or-hook-not-found': {
    exitCode: 2,
    message: (p: { name: string; near?: string | undefined }) =>
      `the image has no step and no hook '${p.name}'`,
    hint: (p: { near?: string | undefined }) =>
      p.near === undefined ? undefined : `did you mean '${p.near}'?`,
  },
  'definition-unreadable': {
    exitCode: 2,
    message: (p: { file: string; reason: string }) => `cannot read ${p.file}: ${p.reason}`,
  },
  'definition-not-yaml': {
    exitCode: 2,
    message: (p: { reason: string }) => `this is not valid YAML: ${p.reason}`,
  },
  'definition-unknown-key': {
    exitCode: 2,
    message: (p: { key: string; near?: string | undefined }) => `unknown key '${p.key}'`,
    hint: (p: { near?: string | undefined }) =>
      p.near === undefined ? undefined : `did you mean '${p.near}'?`,
  },
  'definition-wrong-value': {
    exitCode: 2,
    message: (p: { key: string; expected: string }) => `'${p.key}': ${p.expected}`,
  },
  'configuration-unknown': {
    exitCode: 2,
    message: (p: { image: string; configuration: string; near?: string | undefined }) =>
      `image '${p.image}' has no configuration '${p.configuration}'`,
    hint: (p: { near?: string | undefined }) =>
      p.near === undefined ? undefined : `did you mean '${p.near}'?`,
  },
  'element-not-left-out': {
    exitCode: 2,
    message: (p: { element: string; near?: string | undefined }) =>
      `the image does not name the element '${p.element}', so that no configuration can leave it out`,
    hint: (p: { near?: string | undefined }) =>
      p.near === undefined ? undefined : `did you mean '${p.near}'?`,
  },
  'variable-not-read': {
    exitCode: 2,
    message: (p: { variable: string; near?: string | undefined }) =>
      `no element of the image reads the variable '${p.variable}'`,
    hint: (p: { near?: string | undefined }) =>
      p.near === undefined
        ? "if a hook does read it, name it under 'variables' in the element's element.yaml"
        : `did you mean '${p.near}'?`,
  },

  // --- elements ----------------------------------------------------------------------------------------------------
  'element-path-not-a-directory': {
    exitCode: 2,
    message: (p: { entry: string }) => `the element path names '${p.entry}', which is not a directory`,
    hint: () => 'correct ELEMENTS_PATH, or create the directory',
  },
  'element-not-found': {
    exitCode: 2,
    message: (p: {
      element: string;
      neededBy?: string | undefined;
      near?: string | undefined;
      providers?: readonly string[] | undefined;
    }) =>
      p.neededBy === undefined
        ? `element '${p.element}' not found`
        : `element '${p.element}' not found; '${p.neededBy}' depends on it`,
    hint: (p: { near?: string | undefined; providers?: readonly string[] | undefined }) => {
      if (p.providers !== undefined && p.providers.length > 0)
        return `add one that provides it: ${p.providers.join(', ')}`;
      return p.near === undefined ? 'add its folder to ELEMENTS_PATH' : `did you mean '${p.near}'?`;
    },
  },
  'element-already-provided': {
    exitCode: 2,
    message: (p: { name: string; providers: readonly string[] }) =>
      `'${p.name}' is provided by more than one element: ${p.providers.join(', ')}`,
    hint: () => 'keep one of them',
  },
  'element-without-tests': {
    exitCode: 2,
    message: (p: { element: string; folder: string }) => `element '${p.element}' has no tests (${p.folder})`,
    hint: () =>
      'write tests/<name>.test.ts, or a case in test-elements/<case>; docs/how-to/write-an-element.md shows how',
  },
  'operating-system-missing': {
    exitCode: 2,
    message: (p: { image: string }) => `image '${p.image}' has no operating-system element`,
    hint: () => "add one to its elements, for example 'debian-minimal'",
  },
  'hook-duplicated': {
    exitCode: 2,
    message: (p: { hook: string; elements: readonly string[] }) =>
      `the hook ${p.hook} stands in more than one element: ${p.elements.join(', ')}`,
    hint: () => 'rename one of the two files; hooks of all elements share one directory',
  },
  'element-declaration-invalid': {
    exitCode: 2,
    message: (p: { element: string; reason: string }) => `element '${p.element}': ${p.reason}`,
  },
  'element-unreadable': {
    exitCode: 2,
    message: (p: { element: string; file: string; reason: string }) =>
      `element '${p.element}': cannot read ${p.file}: ${p.reason}`,
  },
  'hook-will-not-run': {
    exitCode: 2,
    message: (p: { element: string; hook: string; reason: string; remedy: string }) =>
      `${p.hook} of element '${p.element}' will not run: ${p.reason}`,
    hint: (p: { remedy: string }) => p.remedy,
  },
  'hook-file-overwritten': {
    exitCode: 2,
    message: (p: { path: string; winner: string; losers: readonly string[] }) =>
      `${p.path} of element '${p.winner}' takes the place of that of ${p.losers.map((it) => `'${it}'`).join(', ')}`,
    hint: () => 'the last element in byte order wins; rename one of the files if both are wanted',
  },

  // --- block device ------------------------------------------------------------------------------------------------
  'block-device-invalid': {
    exitCode: 2,
    message: (p: { reason: string; remedy?: string | undefined }) => `block device: ${p.reason}`,
    hint: (p: { remedy?: string | undefined }) => p.remedy,
  },
  'image-size-too-small': {
    exitCode: 1,
    message: (p: { sizeBytes: number; neededBytes: number; known?: 'from the last build' | undefined }) => {
      const needs = p.known === undefined ? 'needs' : 'that these elements made last needs';
      return `the image size of ${p.sizeBytes} bytes is too small: the tree ${needs} about ${p.neededBytes} bytes`;
    },
    hint: (p: { known?: 'from the last build' | undefined }) => {
      const remedy =
        "raise 'size' in the image definition (--image-size of disk-image-create), or leave it out to have it computed";
      return p.known === undefined ? remedy : `${remedy}, which also shows what they make by now`;
    },
  },
  'bios-grub-no-room': {
    exitCode: 1,
    message: (p: { reason: string }) => `GRUB for BIOS cannot be installed on this disk: ${p.reason}`,
    hint: () =>
      'use the block-device-mbr, block-device-gpt or block-device-efi element, or a layout with room for it',
  },

  // --- host --------------------------------------------------------------------------------------------------------
  'host-tool-missing': {
    exitCode: 3,
    message: (p: { tool: string; debianPackage?: string | undefined; neededFor: string }) =>
      `the host lacks '${p.tool}', needed for ${p.neededFor}`,
    hint: (p: { debianPackage?: string | undefined }) =>
      p.debianPackage === undefined ? undefined : `install the Debian package '${p.debianPackage}'`,
  },
  'privilege-missing': {
    exitCode: 3,
    message: () => 'building needs root, and sudo asks for a password',
    hint: () => 'run as root, or allow this user to use sudo without a password',
  },
  'disk-full': {
    exitCode: 3,
    message: (p: { path: string; freeBytes: number; neededBytes?: number | undefined; doing: string }) => {
      const needed = p.neededBytes === undefined ? '' : `, up to ${formatBytes(p.neededBytes)} needed there`;
      return `no space left on the disk of ${p.path} while ${p.doing} (${formatBytes(p.freeBytes)} free${needed})`;
    },
    hint: () =>
      "free some space, run 'kiln store gc', or point KILN_STORE and KILN_WORK at a larger disk; a build needs up to three times its tree",
  },

  // --- build -------------------------------------------------------------------------------------------------------
  'command-failed': {
    exitCode: 1,
    message: (p: { command: string; status: string; output: string }) =>
      `${p.command}\n  ${p.status}${p.output === '' ? '' : `\n${p.output}`}`,
  },
  'hook-failed': {
    exitCode: 1,
    message: (p: {
      element: string;
      phase: string;
      hook: string;
      where: 'inside the chroot' | 'on the host';
      status: string;
      seconds: number;
      lastLines: readonly string[];
      logFile: string;
      replay: string;
    }) =>
      [
        `hook ${p.phase}.d/${p.hook} of element '${p.element}' failed ${p.where}: ${p.status} after ${p.seconds.toFixed(1)} s`,
        ...p.lastLines.map((line) => `  | ${line}`),
        `whole log: ${p.logFile}`,
      ].join('\n'),
    hint: (p: { replay: string }) => `to look around in the state that it had: ${p.replay}`,
  },
  'packages-failed': {
    exitCode: 1,
    message: (p: {
      packages: readonly string[];
      status: string;
      lastLines: readonly string[];
      logFile: string;
    }) =>
      [
        `installing the packages of the definition failed (${p.packages.join(' ')}): ${p.status}`,
        ...p.lastLines.map((line) => `  | ${line}`),
        `whole log: ${p.logFile}`,
      ].join('\n'),
  },
  'environment-hook-failed': {
    exitCode: 1,
    message: (p: { phase: string; lastLines: readonly string[] }) =>
      [`environment.d failed before phase '${p.phase}'`, ...p.lastLines.map((line) => `  | ${line}`)].join(
        '\n',
      ),
  },
  'root-empty': {
    exitCode: 1,
    message: (p: { elements: readonly string[] }) =>
      `phase 'root' left the target root empty (elements: ${p.elements.join(', ')})`,
    hint: () => 'an operating-system element must fill $TARGET_ROOT in its root.d hooks',
  },
  'element-changed-during-build': {
    exitCode: 1,
    message: (p: { file: string }) => `${p.file} changed while the build was reading it`,
    hint: () => 'run the build again',
  },
  'blob-damaged': {
    exitCode: 1,
    message: (p: { digest: string }) => `the content store holds a damaged blob (${p.digest})`,
    hint: () => "it is never used; run the build again, or 'kiln store verify'",
  },
  'lock-moved': {
    exitCode: 1,
    message: (p: { name: string; url?: string | undefined }) =>
      `${p.name} moved since it was locked${p.url === undefined ? '' : ` (${p.url})`}`,
    hint: () => "run 'nx run <image>:lock' to take what is there now",
  },
  'lock-unreadable': {
    exitCode: 2,
    message: (p: { file: string; reason: string }) => `${p.file} is not a lock: ${p.reason}`,
    hint: () => "remove it, or run 'nx run <image>:lock', to have it written anew",
  },
  'lock-script-failed': {
    exitCode: 1,
    message: (p: { element: string; script: string; reason: string; lastLines: readonly string[] }) =>
      [
        `${p.script} of element '${p.element}', which tells what is to be locked: ${p.reason}`,
        ...p.lastLines.map((line) => `  | ${line}`),
      ].join('\n'),
  },
  'lock-name-twice': {
    exitCode: 2,
    message: (p: { kind: string; name: string }) =>
      `two different things are to be fetched under one name: ${p.kind} '${p.name}'`,
    hint: () => 'give one of them another name',
  },
  'source-gone': {
    exitCode: 1,
    message: (p: { location: string; what: string }) => `${p.location} has not ${p.what}`,
    hint: () => "correct the reference; if it was locked, the image's lock must be refreshed",
  },
  'source-unreachable': {
    exitCode: 1,
    message: (p: { url: string; reason: string }) => `cannot fetch ${p.url}: ${p.reason}`,
    hint: () =>
      'check the network and the location; of packages, DIB_DISTRIBUTION_MIRROR, of a source, DIB_REPOLOCATION_<name>',
  },
  'offline-and-not-cached': {
    exitCode: 1,
    message: (p: { what: string }) => `offline, and not in the store: ${p.what}`,
    hint: () => 'run once with the network',
  },

  // --- formats -----------------------------------------------------------------------------------------------------
  'format-unknown': {
    exitCode: 2,
    message: (p: { format: string; reason: string; near?: string | undefined }) =>
      `images cannot be made in the format '${p.format}': ${p.reason}`,
    hint: (p: { near?: string | undefined }) =>
      p.near === undefined ? "'qemu-img --help' lists its formats" : `did you mean '${p.near}'?`,
  },
  'format-options-invalid': {
    exitCode: 2,
    message: (p: { format: string; options: string; reason: string }) =>
      `qemu-img does not take the options '${p.options}' for ${p.format}: ${p.reason}`,
    hint: (p: { format: string }) => `'qemu-img convert -O ${p.format} -o help' lists its options`,
  },
  'aci-without-manifest': {
    exitCode: 2,
    message: () => 'the aci archive gets no image manifest',
    hint: () => 'name a file with one in ACI_MANIFEST',
  },
  'aci-manifest-unreadable': {
    exitCode: 2,
    message: (p: { file: string; reason: string }) => `cannot read ACI_MANIFEST ${p.file}: ${p.reason}`,
  },

  // --- artifacts ---------------------------------------------------------------------------------------------------
  'not-built': {
    exitCode: 2,
    message: (p: { what: string; directory: string }) =>
      `'${p.what}' was not built yet: there is no manifest in ${p.directory}`,
    hint: (p: { what: string }) => `kiln build ${p.what.replace(':', ' --configuration ')}`,
  },
  'image-without-disk': {
    exitCode: 2,
    message: (p: { image: string }) => `the image '${p.image}' has no disk to be checked or booted`,
    hint: () => 'its formats are archives, or its elements (no-final-image) hand out other files',
  },
  'artifact-unreadable': {
    exitCode: 2,
    message: (p: { file: string; reason: string }) => `cannot read the image ${p.file}: ${p.reason}`,
  },
  'verify-file-invalid': {
    exitCode: 2,
    message: (p: { element: string; file: string; reason: string }) => `${p.file}: ${p.reason}`,
  },
  'boot-profile-unknown': {
    exitCode: 2,
    message: (p: { profile: string; known: readonly string[] }) => `there is no boot profile '${p.profile}'`,
    hint: (p: { known: readonly string[] }) => `take one of: ${p.known.join(', ')}`,
  },
  'machine-failed': {
    exitCode: 1,
    message: (p: { doing: string; reason: string; logFile: string; lastLines: readonly string[] }) =>
      [
        `the machine failed while ${p.doing}: ${p.reason}`,
        ...p.lastLines.map((line) => `  | ${line}`),
        `whole log: ${p.logFile}`,
      ].join('\n'),
  },
} as const;
