import type { InjectedFile } from '../qemu/config-drive.ts';
import type { TestCertificates } from '../qemu/test-certificates.ts';

/** The identity that a test gives to an amphora, and where its heartbeats shall go. */
export interface AmphoraIdentity {
  readonly amphoraId: string;
  readonly heartbeatKey: string;
  /** As the guest sees it: `10.0.2.2:5555`. */
  readonly controller: string;
}

/** Where an amphora keeps the certificates of its load balancers, in memory only. */
export const certificateDirectory = '/var/lib/octavia/certs';

/** The files that Octavia's controller gives to a new amphora through the config drive. */
export function amphoraFiles(
  identity: AmphoraIdentity,
  certificates: TestCertificates,
): readonly InjectedFile[] {
  return [
    { path: '/etc/octavia/amphora-agent.conf', content: agentConfiguration(identity) },
    { path: '/etc/rsyslog.d/10-rsyslog.conf', content: '# No remote log receiver in this test.\n' },
    { path: '/etc/octavia/certs/server.pem', content: certificates.server },
    { path: '/etc/octavia/certs/client_ca.pem', content: certificates.clientAuthority },
  ];
}

function agentConfiguration({ amphoraId, heartbeatKey, controller }: AmphoraIdentity): string {
  const sections: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    DEFAULT: { debug: 'False', use_syslog: 'False' },
    haproxy_amphora: {
      base_cert_dir: certificateDirectory,
      base_path: '/var/lib/octavia',
      bind_host: '::',
      bind_port: '9443',
      haproxy_cmd: '/usr/sbin/haproxy',
      user_log_facility: '0',
      administrative_log_facility: '1',
    },
    health_manager: {
      controller_ip_port_list: controller,
      heartbeat_interval: '3',
      heartbeat_key: heartbeatKey,
    },
    amphora_agent: {
      agent_server_ca: '/etc/octavia/certs/client_ca.pem',
      agent_server_cert: '/etc/octavia/certs/server.pem',
      agent_request_read_timeout: '180',
      amphora_id: amphoraId,
      amphora_udp_driver: 'keepalived_lvs',
      agent_tls_protocol: 'TLSv1.2',
    },
    controller_worker: { loadbalancer_topology: 'SINGLE' },
  };
  return Object.entries(sections)
    .map(([name, values]) =>
      [`[${name}]`, ...Object.entries(values).map(([key, value]) => `${key} = ${value}`)].join('\n'),
    )
    .join('\n\n')
    .concat('\n');
}
