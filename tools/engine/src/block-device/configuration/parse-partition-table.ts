import type { PartitionNode, PartitionTableNode } from '../block-device-graph.ts';
import type { ProblemList, RawNode } from './raw-node.ts';
import { addProblem } from './raw-node.ts';
import { keyReader } from './node-keys.ts';
import { parsePercentage, parseSize } from '../parse-size.ts';
import { gptPartitionType, knownGptCodes, mbrPartitionType } from './partition-type.ts';

const mebibyte = 2 ** 20;

/** The `partitioning` node with its partitions, or undefined where there is none; problems are collected. */
export function parsePartitionTable(
  nodes: readonly RawNode[],
  problems: ProblemList,
): PartitionTableNode | undefined {
  const [node, ...others] = nodes.filter((candidate) => candidate.plugin === 'partitioning');
  if (node === undefined) return undefined;
  for (const other of others) {
    addProblem(problems, other.path, `'${other.name}' is a second partition table beside '${node.name}'`);
  }
  const keys = keyReader(node, ['label', 'align', 'partitions'], problems);
  const label = keys.text('label');
  if (label !== 'mbr' && label !== 'gpt') {
    const said = label === undefined ? 'label is missing' : `label '${label}' is unknown`;
    const path = [...node.path, ...(label === undefined ? [] : ['label'])];
    addProblem(problems, path, { reason: `'${node.name}': ${said}`, remedy: 'it must be mbr or gpt' });
    return undefined;
  }
  const alignBytes = keys.size('align') ?? mebibyte;
  if (alignBytes === 0 || alignBytes % 4096 !== 0) {
    addProblem(problems, [...node.path, 'align'], `'${node.name}': align must be a multiple of 4096 bytes`);
  }
  const raw = nodes.filter((candidate) => candidate.plugin === 'partition' && candidate.base === node.name);
  const partitions = raw.map((partition) => parsePartition(partition, label, problems));
  if (label === 'mbr') checkPrimaries(raw, partitions, problems);
  return { name: node.name, label, alignBytes, partitions };
}

function parsePartition(node: RawNode, label: 'mbr' | 'gpt', problems: ProblemList): PartitionNode {
  const keys = keyReader(node, ['size', 'type', 'flags'], problems);
  const flags = parseFlags(node, problems);
  if (label === 'gpt' && flags.has('primary')) {
    addProblem(problems, [...node.path, 'flags'], {
      reason: `'${node.name}': a gpt table knows no flag 'primary'`,
      remedy: 'remove it: all partitions of a gpt table are alike',
    });
  }
  return {
    name: node.name,
    size: parsePartitionSize(node, keys.text('size'), problems),
    type: parseType(node, label, problems),
    bootable: label === 'mbr' && flags.has('boot'),
    kind: label === 'gpt' || flags.has('primary') ? 'primary' : 'logical',
  };
}

function parseFlags(node: RawNode, problems: ProblemList): ReadonlySet<string> {
  const value = node.keys['flags'] ?? [];
  const flags: readonly unknown[] = Array.isArray(value) ? value : [value];
  for (const flag of flags) {
    if (flag === 'boot' || flag === 'primary') continue;
    addProblem(problems, [...node.path, 'flags'], {
      reason: `'${node.name}': '${String(flag)}' is no flag of a partition`,
      remedy: "flags are 'boot' and 'primary'",
    });
  }
  return new Set(flags.map(String));
}

function parsePartitionSize(
  node: RawNode,
  text: string | undefined,
  problems: ProblemList,
): PartitionNode['size'] {
  const percent = parsePercentage(text ?? '');
  if (percent !== undefined) return { percent };
  const bytes = parseSize(text ?? '');
  if (bytes !== undefined && bytes > 0) return { bytes };
  const said = text === undefined ? 'size is missing' : `size '${text}' is not understood`;
  addProblem(problems, [...node.path, ...(text === undefined ? [] : ['size'])], {
    reason: `'${node.name}': ${said}`,
    remedy: 'write 550MiB, 8GB, 40%, or 100% for all that is left',
  });
  return { percent: 100 };
}

function parseType(node: RawNode, label: 'mbr' | 'gpt', problems: ProblemList): string {
  const value = node.keys['type'] ?? undefined;
  const path = [...node.path, 'type'];
  if (label === 'mbr') {
    if (value === undefined) return '83';
    const code = typeof value === 'string' ? mbrPartitionType(value) : undefined;
    if (code === undefined) {
      // YAML reads 0x83 as the number 131, which no longer tells what was written.
      const hint = typeof value === 'number' ? 'write it in quotes' : 'it must be two hexadecimal digits';
      addProblem(problems, path, {
        reason: `'${node.name}': type '${String(value)}' is not understood`,
        remedy: `${hint}, like '0x83'`,
      });
    }
    return code ?? '83';
  }
  if (value === undefined) return gptPartitionType('8300') ?? '';
  const guid =
    typeof value === 'string' || typeof value === 'number' ? gptPartitionType(String(value)) : undefined;
  if (guid === undefined) {
    addProblem(problems, path, {
      reason: `'${node.name}': type '${String(value)}' is not understood`,
      remedy: `it must be a GUID, or one of sgdisk's codes: ${knownGptCodes.join(', ')}`,
    });
  }
  return guid ?? '';
}

function checkPrimaries(
  raw: readonly RawNode[],
  partitions: readonly PartitionNode[],
  problems: ProblemList,
): void {
  const firstLogical = partitions.findIndex((partition) => partition.kind === 'logical');
  const primaries = partitions.filter((partition) => partition.kind === 'primary').length;
  partitions.forEach((partition, index) => {
    if (partition.kind === 'primary' && firstLogical !== -1 && index > firstLogical) {
      const reason = `All primary partitions must be given first; '${partition.name}' stands behind a logical one`;
      const remedy = "move it up, or remove its flag 'primary'";
      addProblem(problems, raw[index]?.path ?? [], { reason, remedy });
    }
  });
  const allowed = firstLogical === -1 ? 4 : 3;
  if (primaries > allowed) {
    const beside = firstLogical === -1 ? '' : ' beside the extended one';
    addProblem(
      problems,
      raw[0]?.path ?? [],
      `an mbr table holds ${allowed} primary partitions${beside}, not ${primaries}`,
    );
  }
}
