import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type CheckResult, renderCheck, verifyArtifact } from '@kiln/testkit';
import type { CommandShape } from '../command/command-shape.ts';
import {
  type CommandLine,
  type CommandProcess,
  runCommandLine,
  thisProcess,
  WrongUse,
} from '../command/run-command-line.ts';

const gibibyte = 1024 ** 3;

/** Name of the image in a folder that is given. */
const usualName = 'amphora-x64-haproxy.qcow2';

/** Distributions that an amphora can be built on; Octavia's script takes the first alone. */
const distributions = ['ubuntu', 'debian', 'centos', 'rocky', 'rhel', 'fedora'] as const;

const shape: CommandShape = {
  name: 'image-tests.sh',
  summary:
    'Tests the image of an amphora without starting it: size, filesystem, distribution, kernel, packages.',
  usage: ['[--full] [--size GIB] [--distribution NAME] [--architecture NAME] [FILE | FOLDER]'],
  options: [
    { origin: 'kiln', long: 'full', text: 'also all that kiln verify checks of an amphora' },
    { origin: 'kiln', long: 'size', value: 'GIB', text: 'size that the disk must have, rounded to GiB (2)' },
    {
      origin: 'kiln',
      long: 'distribution',
      value: 'NAME',
      text: `one of ${distributions.join(', ')} (any of them)`,
    },
    {
      origin: 'kiln',
      long: 'architecture',
      value: 'NAME',
      text: 'as uname -m prints it: x86_64, aarch64 (x86_64)',
    },
    { origin: 'kiln', long: 'compat', text: "accept Ubuntu alone, as Octavia's script does ($KILN_COMPAT)" },
  ],
  sections: [
    {
      title: 'Operands',
      lines: [
        `FILE    an image in qcow2 or raw`,
        `FOLDER  a folder that holds ${usualName} (the current one)`,
      ],
    },
    { title: 'Exit codes', lines: ['0 the image looks good, 1 it does not, or it was not found'] },
  ],
  examples: [['image-tests.sh out/amphora.qcow2 --full', 'everything that can be told of an image']],
  wrongUse: 1,
};

/** `image-tests.sh`: the tests that Octavia has for an amphora's image, and those that its specification asks for. @returns its exit code. */
export async function main(
  argv: readonly string[],
  _name?: string,
  io: CommandProcess = thisProcess(),
): Promise<number> {
  return runCommandLine(shape, { argv, io }, async (line) => {
    const image = findImage(line, io.cwd);
    if (image.file === undefined) {
      io.stdout.write(`ERROR: Amphora image not found at: ${image.looked}\n`);
      return 1;
    }
    const asked = askedOf(line, io);
    const report = await verifyArtifact({ artifact: image.file, profile: 'amphora' });
    const results = new Map(report.checks.map((check) => [check.id, check]));
    const tests = [
      sizeTest(report.sizeBytes, asked.sizeGib),
      valueTest('distribution', results.get('amphora-distribution'), asked.distributions),
      valueTest('architecture', results.get('amphora-architecture'), asked.architectures),
      formatTest(results),
      packageTest(results.get('amphora-packages'), 'haproxy', 'HAProxy'),
      packageTest(results.get('amphora-packages'), 'keepalived', 'keepalived'),
      checkTest(results, 'loopback-mount', 'Amphora image mounts through loopback'),
      checkTest(results, 'kernel', 'Amphora image has a valid kernel'),
      checkTest(results, 'amphora-packages', 'All required packages found in the Amphora image'),
    ];
    const rest = line.has('full')
      ? report.checks.filter(({ status, id }) => status === 'fail' && !tested.has(id))
      : [];
    for (const { message } of tests) io.stdout.write(`${message}\n`);
    for (const check of rest) io.stdout.write(`${renderCheck(check)}\n`);
    if (tests.some(({ failed }) => failed) || rest.length > 0) return 1;
    io.stdout.write('Amphora image looks good.\n');
    return 0;
  });
}

/** Checks that a test of its own stands for. */
const tested = new Set(['loopback-mount', 'kernel', 'amphora-packages']);

function findImage(
  { operands }: CommandLine,
  cwd: string,
): { readonly file: string | undefined; readonly looked: string } {
  if (operands.length > 1) throw new WrongUse('one image at a time');
  const given = resolve(cwd, operands[0] ?? '.');
  const isDirectory = statSync(given, { throwIfNoEntry: false })?.isDirectory() === true;
  const file = isDirectory ? join(given, usualName) : given;
  const found = statSync(file, { throwIfNoEntry: false })?.isFile() === true;
  return { file: found ? file : undefined, looked: file };
}

function askedOf(
  line: CommandLine,
  { environment }: CommandProcess,
): {
  readonly sizeGib: number;
  readonly distributions: readonly string[];
  readonly architectures: readonly string[];
} {
  const size = line.value('size') ?? '2';
  if (!/^[1-9][0-9]*$/.test(size)) throw new WrongUse(`--size: '${size}' is no number of GiB`);
  const distribution = line.value('distribution');
  if (distribution !== undefined && !(distributions as readonly string[]).includes(distribution))
    throw new WrongUse(`--distribution: '${distribution}' is none of ${distributions.join(', ')}`);
  const compatible = line.has('compat') || environment['KILN_COMPAT'] === '1';
  const usual = compatible ? ['ubuntu'] : distributions;
  return {
    sizeGib: Number(size),
    distributions: distribution === undefined ? usual : [distribution],
    architectures: [line.value('architecture') ?? 'x86_64'],
  };
}

interface Test {
  readonly failed: boolean;
  readonly message: string;
}

function passed(message: string): Test {
  return { failed: false, message };
}

function broken(message: string): Test {
  return { failed: true, message: `ERROR: ${message}` };
}

function sizeTest(sizeBytes: number, wantedGib: number): Test {
  const gib = Math.round(sizeBytes / gibibyte);
  return gib === wantedGib
    ? passed('Amphora image size is correct')
    : broken(`Amphora image size is ${gib}GB, not ${wantedGib}GB`);
}

/** The detail of a check that passed is the value; of one that did not, what is there instead. */
function valueTest(what: string, check: CheckResult | undefined, wanted: readonly string[]): Test {
  if (check?.status === 'skip') return notTested(check);
  return check?.status === 'pass' && wanted.includes(check.detail)
    ? passed(`Amphora image is using the correct ${what}`)
    : broken(`Amphora image is using the wrong ${what}: ${check?.detail}; expected ${wanted.join(' or ')}`);
}

/** An installed system, as against an installer or a live medium: it has a root filesystem that its fstab mounts. */
function formatTest(results: ReadonlyMap<string, CheckResult>): Test {
  const wrong = ['root-filesystem', 'fstab']
    .map((id) => results.get(id))
    .find((check) => check?.status === 'fail');
  return wrong === undefined
    ? passed('Amphora image is using the correct format')
    : broken(`Amphora image holds no installed system: ${wrong.detail}`);
}

function packageTest(check: CheckResult | undefined, name: string, title: string): Test {
  if (check?.status === 'skip') return notTested(check);
  const missing = check === undefined || new RegExp(`^${name}:`, 'm').test(check.detail);
  return check?.status === 'fail' && missing
    ? broken(`${title} package not found in the Amphora image`)
    : passed(`${title} package found in the Amphora image`);
}

/** What cannot be told here is no reason to refuse an image, and is said. */
function notTested({ title, detail }: CheckResult): Test {
  return passed(`Not tested: ${title}: ${detail}`);
}

function checkTest(results: ReadonlyMap<string, CheckResult>, id: string, message: string): Test {
  const check = results.get(id);
  if (check?.status === 'pass') return passed(message);
  if (check?.status === 'skip') return notTested(check);
  return broken(`${check?.title ?? id}: ${check?.detail ?? 'not checked'}`);
}
