import { describeFailure, type Failure } from '@kiln/engine/diagnostics/failure.ts';
import { renderFailure } from '@kiln/engine/diagnostics/render-failure.ts';
import { readSourceLine } from '../../app/read-source-line.ts';

/**
 * A failure as the compatible commands print it: in diskimage-builder's words where it has some, so that whoever looks
 * for them finds them, and with Kiln's remedy. Lines without a newline at the end.
 */
export function compatibleFailureLines(failure: Failure): readonly string[] {
  const words = upstreamWords(failure);
  const { message, hint } = describeFailure(failure);
  if (words === undefined)
    return renderFailure(failure, { severity: 'error', colour: 'never', readSourceLine }).split('\n');
  const place = failure.place === undefined ? [] : [`  at ${failure.place.file}:${failure.place.line}`];
  const saysMore = !sameWords(words.at(-1) ?? '', message);
  return [
    ...words.slice(0, -1),
    `${withoutPrefix.has(failure.code) ? '' : 'ERROR: '}${words.at(-1)}`,
    ...(saysMore ? message.split('\n').map((line) => `  ${line}`) : []),
    ...place,
    ...(hint === undefined ? [] : [`  hint: ${hint}`]),
  ];
}

/** What upstream says of these stands alone; of all others it is an error or an exception. */
const withoutPrefix: ReadonlySet<Failure['code']> = new Set([
  'docker-target-missing',
  'host-tool-missing',
  'root-empty',
  'hook-duplicated',
] as const);

function upstreamWords(failure: Failure): readonly string[] | undefined {
  switch (failure.code) {
    case 'elements-not-named':
      return ['At least one distribution root element must be specified'];
    case 'element-not-found':
      return [`Element '${failure.element}' not found`];
    case 'element-already-provided':
      return alreadyProvided(failure.name, failure.providers);
    case 'operating-system-missing':
      return ['Please include an operating system element'];
    case 'element-path-not-a-directory':
      return [`ELEMENTS_PATH entry '${failure.entry}' is not a directory `];
    case 'hook-duplicated':
      return [`There is a duplicated hook in your elements: ${failure.hook}`];
    case 'docker-target-missing':
      return ['Please set --docker-target.'];
    case 'root-empty':
      return ['Failed to deploy the root element.'];
    case 'host-tool-missing':
      return missingFormatTool(failure.neededFor, failure.tool);
    default:
      return undefined;
  }
}

/** Upstream prints Python's notation of a list; a name that was itself asked for gets lines of its own. */
function alreadyProvided(name: string, providers: readonly string[]): readonly string[] {
  const others = providers.filter((provider) => provider !== name);
  const list = `[${others.map((provider) => `'${provider}'`).join(', ')}]`;
  if (others.length < providers.length)
    return [
      'The following elements are already provided by another element',
      `${name} : already provided by ${list}`,
    ];
  // Each provider is told against those that were there before it; it fails at the second.
  return [`${name}: already provided by ['${others[0] ?? ''}']`];
}

function missingFormatTool(neededFor: string, tool: string): readonly string[] | undefined {
  const format = /^(\S+) (?:images|archives)$/.exec(neededFor)?.[1];
  return format === undefined
    ? undefined
    : [`${format} output format specified but no ${tool} executable found.`];
}

function sameWords(left: string, right: string): boolean {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '');
  return plain(left) === plain(right);
}
