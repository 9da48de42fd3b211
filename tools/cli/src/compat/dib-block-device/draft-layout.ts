import type { DiskLayout } from '@kiln/engine/block-device/disk-layout.ts';
import { parseBlockDevice } from '@kiln/engine/block-device/configuration/parse-block-device.ts';
import { planDiskLayout } from '@kiln/engine/block-device/layout/plan-disk-layout.ts';
import { BuildFailure } from '@kiln/engine/diagnostics/failure.ts';
import { placeOfPath, spelledNumbers } from '@kiln/engine/diagnostics/located-yaml.ts';
import type { BlockDeviceParameters } from './read-parameters.ts';

/** The disk as far as it is known without a tree: everything but sizes and identifiers. Fails where the configuration is wrong. */
export function draftLayout(parameters: BlockDeviceParameters): DiskLayout {
  const { configuration, rootFilesystem, rootLabel } = parameters;
  const graph = parseBlockDevice(spelledNumbers(configuration, configuration.data, ''), {
    placeOf: (path) => placeOfPath(configuration, path.join('.')),
    rootFilesystem,
    rootLabel,
  });
  if (!graph.ok) throw new BuildFailure(graph.failures);
  const layout = planDiskLayout({
    graph: graph.value,
    treeBytes: 0,
    treeInodes: 0,
    rootFilesystem,
    rootLabel,
    seed: 'draft',
  });
  if (!layout.ok) throw new BuildFailure(layout.failures);
  return layout.value;
}
