import { type OctaviaGeneration, generations } from './octavia-generation.ts';
import { type OctaviaOption, octaviaOptions } from './octavia-options.ts';
import { wrapText } from '../command/wrap-text.ts';

const optionColumn = 30;
const lineWidth = 100;

/** What `-h` prints for a release of Octavia. */
export function octaviaHelp(generation: OctaviaGeneration): string {
  const shown = octaviaOptions.filter(
    ({ short }) => short === undefined || !generation.lacks.includes(short),
  );
  const part = (origin: OctaviaOption['origin']): string =>
    shown
      .filter((option) => option.origin === origin)
      .map(optionLines)
      .join('');
  return `Usage: diskimage-create.sh [OPTION…]

Builds the image of an amphora, the machine in which Octavia runs a load balancer. In
round brackets: what is taken where the option is not given. In square ones: the variable that can
give it as well.

Options of Octavia's script:
${part('upstream')}
Kiln's own:
${part('kiln')}
Environment, beside AMP_… and what the elements read:
  OCTAVIA_REPO_PATH           a checkout of Octavia: its elements go before Kiln's
  DIB_ELEMENTS                elements in place of all that the options choose
  DIB_LOCAL_ELEMENTS          more elements, from DIB_LOCAL_ELEMENTS_PATH
  CLOUD_INIT_DATASOURCES      where cloud-init looks (ConfigDrive)
  DIB_REPOREF_amphora_agent   revision of the agent; DIB_REPOLOCATION_amphora_agent: its repository
  KILN_STORE                  where everything lies that is kept between builds (~/.cache/kiln)

Exit codes: 0 done, 1 failed or used wrongly, 3 a value is wrong, 130 interrupted.

Examples:
  diskimage-create.sh                                # Ubuntu ${generations.current.releases['ubuntu-minimal']}, the agent from git
  diskimage-create.sh -i debian -p -o out/amphora.qcow2
  AMP_ROOTPW=… diskimage-create.sh -i debian -p      # the password is in no command line
  diskimage-create.sh -i rocky -m -n --dry-run --json
`;
}

function optionLines({ short, long, value, variable, text }: OctaviaOption): string {
  const names = [...(short === undefined ? [] : [`-${short}`]), ...(long === undefined ? [] : [`--${long}`])];
  const shown = `  ${names.join(', ')}${value === undefined ? '' : ` ${value}`}`;
  const [first = '', ...more] = wrapText(
    variable === undefined ? text : `${text} [$${variable}]`,
    lineWidth - optionColumn,
  );
  return `${[shown.padEnd(optionColumn) + first, ...more.map((line) => ' '.repeat(optionColumn) + line)].join('\n')}\n`;
}
