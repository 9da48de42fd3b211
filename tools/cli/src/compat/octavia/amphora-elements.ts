import type { AmphoraSettings, Environment } from './amphora-settings.ts';
import { isRedHat } from './octavia-generation.ts';

/** Words that a variable may replace: what comes before the distribution. */
const usualBeginning = 'base vm';

/**
 * The elements of an amphora, in the order in which Octavia's script names them.
 *
 * `DIB_ELEMENTS` replaces all of them, `AMP_element_sequence` the first two; `DIB_LOCAL_ELEMENTS` come after all.
 */
export function amphoraElements(settings: AmphoraSettings, environment: Environment): readonly string[] {
  const replaced = wordsOf(environment['DIB_ELEMENTS']);
  const beginning = wordsOf(environment['AMP_element_sequence']);
  const own = [
    ...(beginning.length > 0 ? beginning : wordsOf(usualBeginning)),
    ...(settings.generation.name === 'train' ? trainElements(settings) : currentElements(settings)),
  ];
  return [...(replaced.length > 0 ? replaced : own), ...wordsOf(environment['DIB_LOCAL_ELEMENTS'])];
}

function currentElements(settings: AmphoraSettings): readonly string[] {
  const { system } = settings;
  const redHat = isRedHat(system);
  return [
    system,
    settings.backend,
    ...when(settings.rootPassword !== undefined, 'root-passwd'),
    'rebind-sshd',
    'no-resolvconf',
    'amphora-agent',
    'octavia-lib',
    'sos',
    'cloud-init-datasources',
    'remove-default-ints',
    ...when(redHat, settings.macSecurity ? 'amphora-selinux' : 'selinux-permissive'),
    ...when(system === 'ubuntu-minimal', 'amphora-apparmor'),
    ...when(redHat, 'disable-makecache'),
    'keepalived-octavia',
    'ipvsadmin',
    'pip-cache',
    'certs-ramfs',
    ...when(settings.cpuPinning, 'cpu-pinning'),
    ...when(!settings.sshd, 'remove-sshd'),
    ...when(settings.fips, 'amphora-fips'),
  ];
}

function trainElements(settings: AmphoraSettings): readonly string[] {
  const { system } = settings;
  return [
    system,
    ...when(!settings.packages, 'pip-and-virtualenv'),
    settings.backend,
    ...when(settings.rootPassword !== undefined, 'root-passwd'),
    'rebind-sshd',
    'no-resolvconf',
    'amphora-agent',
    'sos',
    'cloud-init-datasources',
    ...when(isRedHat(system) && !settings.macSecurity, 'selinux-permissive'),
    'keepalived-octavia',
    'ipvsadmin',
    'pip-cache',
    'certs-ramfs',
    ...when(!settings.sshd, 'remove-sshd'),
  ];
}

function when(holds: boolean, element: string): readonly string[] {
  return holds ? [element] : [];
}

function wordsOf(text: string | undefined): readonly string[] {
  return (text ?? '').split(/\s+/).filter((word) => word !== '');
}
