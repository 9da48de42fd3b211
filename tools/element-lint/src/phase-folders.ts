import { lockFolder } from '@kiln/engine/plan/visible-files.ts';
import { chrootPhases, phases } from '@kiln/engine/util/phase.ts';

/** Folders whose executables run: hooks, and the scripts that tell what is to be locked. */
export const hookFolders: ReadonlySet<string> = new Set([...phases.map((phase) => `${phase}.d`), lockFolder]);

const phasesInside: ReadonlySet<string> = new Set([...chrootPhases].map((phase) => `${phase}.d`));

/** Of these, the ones that run on the host, where a path such as /etc is the host's. */
export const hostHookFolders: ReadonlySet<string> = new Set(
  [...hookFolders].filter((folder) => !phasesInside.has(folder)),
);

/** Folders in `.d` that hold data for some element, or snippets, and run no hooks by themselves. */
export const dataFolders: ReadonlySet<string> = new Set([
  'environment.d',
  'modprobe.d',
  'dracut.conf.d',
  'yum.repos.d',
  'init.d',
  'binary-deps.d',
  'udev.d',
  'ramdisk-install.d',
  'dracut-drivers.d',
  'sysctl.d',
]);
