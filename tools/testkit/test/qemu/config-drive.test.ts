import { describe, expect, it } from 'vitest';
import { configDriveFiles, dhcpNetworkData } from '../../src/qemu/config-drive.ts';

describe('configDriveFiles', () => {
  it('refers from the metadata to the content of each file', () => {
    const files = configDriveFiles({
      uuid: '1-2-3',
      hostname: 'amphora',
      files: [
        { path: '/etc/a', content: 'first' },
        { path: '/etc/b', content: 'second' },
      ],
      userData: '#cloud-config\n',
      networkData: dhcpNetworkData('52:54:00:00:00:01'),
    });
    expect(JSON.parse(files.get('openstack/latest/meta_data.json') ?? '')).toMatchObject({
      uuid: '1-2-3',
      hostname: 'amphora',
      files: [
        { path: '/etc/a', content_path: '/content/0000' },
        { path: '/etc/b', content_path: '/content/0001' },
      ],
    });
    expect(files.get('openstack/content/0001')).toBe('second');
    expect(files.get('openstack/latest/user_data')).toBe('#cloud-config\n');
    expect(files.get('openstack/latest/network_data.json')).toContain('52:54:00:00:00:01');
  });

  it('leaves out what was not given', () => {
    const files = configDriveFiles({
      uuid: '1',
      hostname: 'x',
      files: [],
      userData: '',
      networkData: undefined,
    });
    expect([...files.keys()]).toEqual(['openstack/latest/meta_data.json', 'openstack/latest/user_data']);
  });
});
