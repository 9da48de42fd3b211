import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseBlockDevice } from '@kiln/engine/block-device/configuration/parse-block-device.ts';
import { planDiskLayout } from '@kiln/engine/block-device/layout/plan-disk-layout.ts';
import { parseLocatedYaml, placeOfPath, spelledNumbers } from '@kiln/engine/diagnostics/located-yaml.ts';
import { describeFailure } from '@kiln/engine/diagnostics/failure.ts';
import { expect } from 'vitest';
import { testOn } from '../host-needs.ts';
import { peer, upstreamElements } from './peer.ts';

/** Configurations with which diskimage-builder tests itself. */
const testConfigurations = join(upstreamElements, '../block_device/tests/config');

/** What each of those that are wrong on purpose, or for fakes only, must be told; the others must be laid out. */
const wrong: Readonly<Record<string, RegExp>> = {
  'bad_edge_graph.yaml': /Edge not defined: this_is_not_a_node->mkfs_root/,
  'bad_plugin.yaml': /Config element \[this_is_not_a_plugin_name\] is not implemented/,
  'cmd_create.yaml': /Config element \[test_a\] is not implemented/,
  'duplicate_fs_labels.yaml': /File system label \[duplicate\] used more than once/,
  'duplicate_name.yaml': /Duplicate node name: this_is_a_duplicate/,
  'multi_key_node.yaml': /Config entry top-level should be a single dict/,
  'rollback.yaml': /Config element \[test_a\] is not implemented/,
  'too_long_fs_label.yaml': /too long for filesystem \[xfs\]: 39 > 12/,
  // Upstream looks at these no further than at the order of their nodes.
  'lvm_tree_multiple_partitions.yaml': /'ESP': type 'EF00' is not understood/,
  'multiple_partitions_graph.yaml': /'mkfs_root': uuid 'root-uuid-1234' is no UUID/,
  'multiple_partitions_tree.yaml': /'mkfs_root': uuid 'root-uuid-1234' is no UUID/,
  'simple_graph.yaml': /Edge not defined: root_part->root_fs/,
  'simple_tree.yaml': /Edge not defined: root_part->root_fs/,
};

/** Messages about a configuration; none: it is laid out. */
function problemsOf(file: string): readonly string[] {
  const located = parseLocatedYaml(file, readFileSync(file, 'utf8'));
  if (!located.ok) return located.failures.map((failure) => describeFailure(failure).message);
  const graph = parseBlockDevice(spelledNumbers(located.value, located.value.data, ''), {
    placeOf: (path) => placeOfPath(located.value, path.join('.')),
  });
  if (!graph.ok) {
    expect(graph.failures.filter(({ place }) => place === undefined)).toEqual([]);
    return graph.failures.map((failure) => describeFailure(failure).message);
  }
  const tree = { treeBytes: 1e9, treeInodes: 30_000 };
  const layout = planDiskLayout({ graph: graph.value, ...tree, rootFilesystem: 'ext4', seed: file });
  return layout.ok ? [] : layout.failures.map((failure) => describeFailure(failure).message);
}

testOn([peer], "the layouts of diskimage-builder's elements hold a tree", async () => {
  const files = globSync(join(upstreamElements, '*/block-device-*.yaml'));
  expect(files.length).toBeGreaterThan(4);
  expect(files.filter((file) => problemsOf(file).length > 0)).toEqual([]);
});

testOn([peer], 'the configurations of its own tests are laid out, or refused in its words', async () => {
  const files = globSync(join(testConfigurations, '*.yaml'));
  expect(files.length).toBeGreaterThan(20);
  for (const file of files) {
    const expected = wrong[basename(file)];
    const problems = problemsOf(file);
    if (expected === undefined) expect({ file, problems }).toEqual({ file, problems: [] });
    else expect(problems.join('\n')).toMatch(expected);
  }
});
