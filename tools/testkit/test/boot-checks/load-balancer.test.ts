import { describe, expect, it } from 'vitest';
import { judgeTurns } from '../../src/boot-checks/load-balancer-checks.ts';
import { haproxyConfiguration, newLoadBalancer } from '../../src/boot-checks/load-balancer.ts';
import { startMember } from '../../src/boot-checks/balanced-members.ts';
import { askVip } from '../../src/boot-checks/vip-client.ts';

const pem = 'certificate and key\n';

describe('haproxyConfiguration', () => {
  const balancer = newLoadBalancer([40001, 40002], pem);
  const configuration = haproxyConfiguration(balancer);

  it('names sections and members by identity, and the members at the host', () => {
    for (const listener of Object.values(balancer.listeners)) {
      expect(configuration).toContain(`frontend ${listener}\n`);
      expect(configuration).toContain(`backend ${balancer.pool}:${listener}\n`);
    }
    for (const { id, port } of balancer.members)
      expect(configuration).toContain(`server ${id} 192.0.2.2:${port} `);
  });

  it('takes its certificates from a list in the encrypted folder, which names the certificate there', () => {
    const [certificate, list] = balancer.certificateFiles;
    expect(configuration).toContain(`crt-list /var/lib/octavia/certs/${balancer.id}/${list?.name} `);
    expect(list?.content).toBe(`/var/lib/octavia/certs/${balancer.id}/${certificate?.name}\n`);
    expect(certificate).toMatchObject({ name: expect.stringMatching(/^[0-9a-f]{40}\.pem$/u), content: pem });
  });

  it('has a new identity each time', () => {
    expect(newLoadBalancer([1], pem).id).not.toBe(newLoadBalancer([1], pem).id);
  });
});

describe('judgeTurns', () => {
  const said = (...names: string[]) => names.map((body) => ({ status: 200, body, protocol: undefined }));

  it('passes where all answer, each after another', () => {
    expect(judgeTurns(said('a', 'b', 'a', 'b'), ['a', 'b']).status).toBe('pass');
  });

  it.each([
    [said('a', 'a', 'b')],
    [said('a', 'c', 'a', 'b')],
    [said('a')],
    [[...said('a', 'b'), { refused: 'ECONNREFUSED' }]],
    [[...said('a', 'b'), { status: 503, body: 'no server', protocol: undefined }]],
  ])('fails otherwise %#', (answers) => {
    expect(judgeTurns(answers, ['a', 'b']).status).toBe('fail');
  });
});

describe('a member', () => {
  it('answers with its name until it is stopped', async () => {
    const member = await startMember('one');
    const access = { port: member.port, tls: undefined };
    expect(await askVip(access)).toMatchObject({ status: 200, body: 'one' });
    await member.stop();
    expect(await askVip(access)).toMatchObject({ refused: expect.stringContaining('ECONNREFUSED') });
  });
});
