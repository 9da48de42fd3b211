import { createHash, randomUUID } from 'node:crypto';
import { certificateDirectory } from './amphora-files.ts';

/** Network of the VIP: addresses that belong to documents (RFC 5737), in a network that QEMU keeps to itself. */
export const vipNetwork = {
  subnet: '192.0.2.0/24',
  hostAddress: '192.0.2.2',
  vip: '192.0.2.10',
  /** The amphora's own address beside the VIP. */
  amphora: '192.0.2.11',
  macAddress: '52:54:00:12:34:57',
} as const;

/** The name in the certificate of the TLS listener. */
export const listenerName = 'balanced.test';

/** A load balancer with a plain and a TLS-terminated listener over one pool of two members. */
export interface LoadBalancer {
  readonly id: string;
  readonly listeners: { readonly http: string; readonly https: string };
  readonly pool: string;
  readonly members: readonly { readonly id: string; readonly port: number }[];
  /** What the agent keeps in `<certificates>/<id>`: the certificate with its key, and the list that names it. */
  readonly certificateFiles: readonly { readonly name: string; readonly content: string }[];
}

/**
 * A load balancer with new identities.
 *
 * @param memberPorts ports of 127.0.0.1 of the host.
 * @param pem certificate and key of the TLS listener.
 */
export function newLoadBalancer(memberPorts: readonly number[], pem: string): LoadBalancer {
  const id = randomUUID();
  const listeners = { http: randomUUID(), https: randomUUID() };
  const certificate = `${createHash('sha1').update(pem).digest('hex')}.pem`;
  return {
    id,
    listeners,
    pool: randomUUID(),
    members: memberPorts.map((port) => ({ id: randomUUID(), port })),
    certificateFiles: [
      { name: certificate, content: pem },
      { name: `${listeners.https}.pem`, content: `${certificateDirectory}/${id}/${certificate}\n` },
    ],
  };
}

/** Unit that the agent writes for a load balancer. */
export function haproxyUnit(balancer: LoadBalancer): string {
  return `haproxy-${balancer.id}.service`;
}

/** The configuration as Octavia's controller composes it: sections named by identities, logs to the amphora's socket. */
export function haproxyConfiguration(balancer: LoadBalancer): string {
  const { id, listeners, pool, members } = balancer;
  const certificates = `${certificateDirectory}/${id}/${listeners.https}.pem`;
  const frontend = (listener: string, bind: string): readonly string[] => [
    `frontend ${listener}`,
    `    bind ${vipNetwork.vip}:${bind}`,
    '    mode http',
    '    option httplog',
    '    maxconn 50000',
    `    default_backend ${pool}:${listener}`,
    '    timeout client 50s',
    `backend ${pool}:${listener}`,
    '    mode http',
    '    balance roundrobin',
    '    option httpchk GET /',
    '    fullconn 50000',
    '    timeout check 10s',
    '    timeout connect 5s',
    '    timeout server 50s',
    ...members.map(
      (member) =>
        `    server ${member.id} ${vipNetwork.hostAddress}:${member.port} weight 1 check inter 2s fall 2 rise 2`,
    ),
  ];
  return [
    'global',
    '    daemon',
    '    user nobody',
    '    log /run/rsyslog/octavia/log local0',
    '    log /run/rsyslog/octavia/log local1 notice',
    `    stats socket /var/lib/octavia/${id}.sock mode 0666 level user`,
    `    server-state-file /var/lib/octavia/${id}/servers-state`,
    '    maxconn 100000',
    'defaults',
    '    log global',
    '    retries 3',
    '    option redispatch',
    '    option splice-request',
    '    option splice-response',
    '    option http-keep-alive',
    // Metrics, which prometheus-proxy reads.
    'frontend prometheus-exporter-internal-endpoint',
    '    bind 127.0.0.1:9101',
    '    mode http',
    '    no log',
    '    http-request use-service prometheus-exporter if { path /metrics }',
    '    http-request reject',
    '    timeout http-request 5s',
    '    timeout client 5s',
    ...frontend(listeners.http, '80'),
    ...frontend(
      listeners.https,
      `443 ssl crt-list ${certificates} no-sslv3 no-tlsv10 no-tlsv11 alpn h2,http/1.1`,
    ),
    '',
  ].join('\n');
}
