import type { AmphoraSettings, Environment } from './amphora-settings.ts';

/** What decides on variables, beside settings and environment. */
export interface EnvironmentFacts {
  readonly elements: readonly string[];
  /** The folder with Octavia's elements. */
  readonly elementsFolder: string;
  readonly resolvePath: (path: string) => string;
}

/** Variables of the user's that belong to the build; all others go on as they are, and are no part of the plan. */
const ofTheBuild = /^(DIB_|AMP_|CLOUD_INIT|REG_)/;

/** The password goes on as DIB_PASSWORD or DIB_PASSWORD_FILE alone. */
const notHandedOn = ['AMP_ROOTPW', 'AMP_ROOTPW_FILE'];

/**
 * The variables of an amphora's build: the user's, and on top those that Octavia's script exports.
 *
 * @returns names and values; DIB_PASSWORD among them where one was given as such.
 */
export function amphoraEnvironment(
  settings: AmphoraSettings,
  environment: Environment,
  facts: EnvironmentFacts,
): Readonly<Record<string, string>> {
  const own = Object.entries(environment).flatMap(([name, value]) =>
    value !== undefined && ofTheBuild.test(name) && !notHandedOn.includes(name)
      ? [[name, value] as const]
      : [],
  );
  const exported: Readonly<Record<string, string | undefined>> = {
    ELEMENTS_PATH: [facts.elementsFolder, ...given(environment, 'DIB_LOCAL_ELEMENTS_PATH')].join(':'),
    ...distributionVariables(settings, environment),
    ...agentVariables(settings, environment),
    ...passwordVariables(settings, facts),
    ...(settings.generation.name === 'current' ? currentVariables(settings, environment) : {}),
    ...(given(environment, 'AMP_element_sequence').length > 0
      ? { AMP_element_sequence: facts.elements.join(' ') }
      : {}),
  };
  const set = Object.entries(exported).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries([...own, ...set]);
}

function given(environment: Environment, name: string): readonly string[] {
  const value = environment[name];
  return value === undefined || value === '' ? [] : [value];
}

function distributionVariables(
  { generation, system, release, kernel }: AmphoraSettings,
  environment: Environment,
): Readonly<Record<string, string | undefined>> {
  const asked = release ?? (system === 'debian-minimal' ? given(environment, 'DIB_RELEASE')[0] : undefined);
  const chosen = asked ?? generation.releases[system];
  const [datasources = 'ConfigDrive'] = given(environment, 'CLOUD_INIT_DATASOURCES');
  return {
    DIB_RELEASE: chosen,
    DIB_UBUNTU_KERNEL: system === 'ubuntu-minimal' ? (kernel ?? 'linux-image-virtual') : undefined,
    DIB_INSTALLTYPE_pip_and_virtualenv: system === 'rhel' && chosen === '8' ? 'package' : undefined,
    CLOUD_INIT_DATASOURCES: datasources,
    DIB_CLOUD_INIT_DATASOURCES: datasources,
  };
}

function agentVariables(
  { packages, gitBranch }: AmphoraSettings,
  environment: Environment,
): Readonly<Record<string, string | undefined>> {
  const installType = packages ? 'package' : undefined;
  if (gitBranch === undefined) return { DIB_INSTALLTYPE_amphora_agent: installType };
  const [reference = gitBranch] = given(environment, 'DIB_REPOREF_amphora_agent');
  const [constraints = constraintsOf(gitBranch)] = given(environment, 'DIB_REPOLOCATION_upper_constraints');
  return {
    DIB_INSTALLTYPE_amphora_agent: installType,
    DIB_REPOREF_amphora_agent: reference,
    DIB_REPOLOCATION_upper_constraints: constraints,
  };
}

/** Where a branch of OpenStack has the constraints of its Python packages. */
export function constraintsOf(branch: string): string {
  return `https://opendev.org/openstack/requirements/raw/branch/${branch}/upper-constraints.txt`;
}

function passwordVariables(
  { rootPassword }: AmphoraSettings,
  { resolvePath }: EnvironmentFacts,
): Readonly<Record<string, string | undefined>> {
  if (rootPassword === undefined) return {};
  return 'file' in rootPassword
    ? { DIB_PASSWORD_FILE: resolvePath(rootPassword.file) }
    : { DIB_PASSWORD: rootPassword.value };
}

/** What the script of 2019 did not export. */
function currentVariables(
  { system, sshd }: AmphoraSettings,
  environment: Environment,
): Readonly<Record<string, string | undefined>> {
  const [nftables = 'True'] = given(environment, 'DIB_OCTAVIA_AMP_USE_NFTABLES');
  const [ssh = sshd ? 'True' : 'False'] = given(environment, 'DIB_OCTAVIA_AMP_USE_SSH');
  const [timeout = '0'] = given(environment, 'DIB_GRUB_TIMEOUT');
  return {
    DIB_OCTAVIA_AMP_USE_NFTABLES: nftables,
    DIB_OCTAVIA_AMP_USE_SSH: ssh,
    DIB_GRUB_TIMEOUT: timeout,
    DIB_YUM_MINIMAL_CREATE_INTERFACES: system === 'centos-minimal' ? '0' : undefined,
    DIB_PYTHON_VERSION: environment['USE_PYTHON3'] === 'False' ? '2' : undefined,
  };
}
