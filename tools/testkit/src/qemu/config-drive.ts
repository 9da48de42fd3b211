import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Runner } from '@kiln/engine/util/runner.ts';

/** A file that the cloud puts into the machine, by its path there. */
export interface InjectedFile {
  readonly path: string;
  readonly content: string;
}

/** What a config drive says (OpenStack, metadata service, format `latest`). */
export interface ConfigDriveContent {
  readonly uuid: string;
  readonly hostname: string;
  readonly files: readonly InjectedFile[];
  /** As cloud-init takes it: `#cloud-config` or a script. */
  readonly userData: string;
  /** `network_data.json`; undefined: left out, and cloud-init falls back to DHCP. */
  readonly networkData: unknown;
}

/** The files of a config drive, by their paths in it. Pure. */
export function configDriveFiles(content: ConfigDriveContent): ReadonlyMap<string, string> {
  const references = content.files.map((file, index) => ({
    path: file.path,
    content_path: `/content/${String(index).padStart(4, '0')}`,
  }));
  const metaData = {
    uuid: content.uuid,
    name: content.hostname,
    hostname: content.hostname,
    launch_index: 0,
    availability_zone: 'nova',
    ...(references.length === 0 ? {} : { files: references }),
  };
  const files = new Map<string, string>();
  files.set('openstack/latest/meta_data.json', JSON.stringify(metaData));
  files.set('openstack/latest/user_data', content.userData);
  if (content.networkData !== undefined) {
    files.set('openstack/latest/network_data.json', JSON.stringify(content.networkData));
  }
  for (const [index, file] of content.files.entries()) {
    files.set(`openstack${references[index]?.content_path}`, file.content);
  }
  return files;
}

/**
 * Writes a config drive as an ISO image with the label `config-2`, by which cloud-init finds it.
 *
 * @param directory a private folder; the image's path in it is returned.
 */
export async function writeConfigDrive(
  directory: string,
  content: ConfigDriveContent,
  run: Runner,
): Promise<string> {
  const tree = join(directory, 'config-drive');
  const image = join(directory, 'config-drive.iso');
  for (const [path, text] of configDriveFiles(content)) {
    const file = join(tree, path);
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, text);
  }
  await run(['xorriso', '-as', 'mkisofs', '-quiet', '-R', '-J', '-V', 'config-2', '-o', image, tree]);
  await rm(tree, { recursive: true });
  return image;
}

/** Network data for the one card of a machine, configured by DHCP. */
export function dhcpNetworkData(macAddress: string): unknown {
  return {
    links: [{ id: 'link0', type: 'phy', ethernet_mac_address: macAddress, mtu: 1500 }],
    networks: [{ id: 'network0', link: 'link0', type: 'ipv4_dhcp', network_id: 'network0' }],
    services: [],
  };
}
