import { expect, beforeAll, test } from 'vitest';
import * as z from 'zod';
import { createNetwork } from '../../../lab/vpc/network.ts';
import { describeKernel, observe } from './in-namespaces.ts';

const Ran = z.object({ code: z.number(), output: z.string() });
const Observed = z.object({
  isolation: z.object({
    write: Ran,
    own: Ran,
    other: Ran,
    machine: z.array(z.string()),
    systemd: Ran,
    links: Ran,
  }),
  snapshot: z.object({ first: z.string(), second: z.string() }),
  changes: z.record(
    z.string(),
    z.object({ seen: z.boolean(), equalAfter: z.boolean(), applied: Ran, undone: Ran }),
  ),
  http: z.record(z.string(), z.string()),
  firewall: Ran,
  refusals: z.record(z.string(), z.string()),
  closed: z.object({ killed: z.string(), links: z.number(), markAfterRebuild: z.number() }),
});

describeKernel('createNetwork()', () => {
  let seen: z.infer<typeof Observed>;

  beforeAll(async () => {
    seen = Observed.parse(await observe('instances'));
  });

  test('/run, /tmp and /var/lib/aerofault of an instance are its own and outlive single commands', () => {
    expect(seen.isolation.write).toEqual({ code: 0, output: '' });
    expect(seen.isolation.own.output).toBe('n1 n1 n1');
    expect(seen.isolation.other.output).toBe('');
    expect(seen.isolation.machine).toEqual([]);
  });

  test('an instance sees no systemd, and no links but its own', () => {
    expect(seen.isolation.systemd.output).toBe('');
    expect(seen.isolation.links.output.split(/\s+/)).toEqual(['lo', 'eth0']);
  });

  test('two snapshots of an untouched host are byte-equal and show filters, rules and routes', () => {
    expect(seen.snapshot.second).toBe(seen.snapshot.first);
    expect(seen.snapshot.first).toContain('-A INPUT -i lo -j ACCEPT');
    expect(seen.snapshot.first).toContain('32766:\tfrom all lookup main');
    expect(seen.snapshot.first).toContain('default via 169.254.1.1 dev eth0');
    expect(seen.snapshot.first).toContain('default via fe80::1 dev eth0');
  });

  test('a snapshot shows every kind of change to a host and is equal again once it is undone', () => {
    expect(Object.keys(seen.changes)).toHaveLength(9);
    for (const [name, change] of Object.entries(seen.changes)) {
      expect(change, name).toMatchObject({
        seen: true,
        equalAfter: true,
        applied: { code: 0 },
        undone: { code: 0 },
      });
    }
  });

  test('an instance reaches the cloud over HTTP, and its own OUTPUT rule cuts that and nobody else', () => {
    expect(seen.http).toEqual({
      before: 'the cloud',
      over6: 'the cloud',
      cut: 'cut: TimeoutError',
      other: 'the cloud',
      restored: 'the cloud',
    });
  });

  test('every host begins with a firewall that accepts established connections first, in both families', () => {
    const first = '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT';
    expect(seen.firewall.output).toBe(`${first}\n${first}`);
  });

  test('what cannot be done is refused in a sentence', () => {
    const { brokenRules, ...refusals } = seen.refusals;
    expect(brokenRules).toContain('Cannot enforce the security groups as nft must succeed');
    expect(refusals).toEqual({
      unknownHost: 'RangeError: Cannot enter "nobody" as it must be one of n1, n2, n3, c1',
      router: 'RangeError: Cannot enter "router" as it must be one of n1, n2, n3, c1',
      usedNamespace:
        'Error: Cannot build the network as its namespace must be fresh (unshare -Urnmp): found cloud0',
      twin: 'RangeError: Cannot build the network as hosts must have names of their own: found "n1" twice',
    });
  });

  test('close() kills what was entered and leaves loopback alone; a new network starts empty', () => {
    expect(seen.closed).toEqual({ killed: 'SIGKILL', links: 1, markAfterRebuild: 1 });
  });
});

test("createNetwork() refuses the machine's own namespaces before it changes anything", async () => {
  const network = createNetwork([{ name: 'n1', address: '10.0.1.11' }]);
  await expect(network).rejects.toThrow('as it must have a user namespace of its own');
});

test('createNetwork() refuses names that the kernel could not carry', async () => {
  const address = '10.0.1.11';
  await expect(createNetwork([{ name: 'a-name-too-long', address }])).rejects.toThrow('up to 12');
  await expect(createNetwork([{ name: "n1'; rm", address }])).rejects.toThrow('up to 12');
});
