import { describe, expect, test } from 'vitest';
import type { Cell } from '../../../core/audit/audit.ts';
import { explained } from '../../../core/audit/explain.ts';
import type { AuditSeen, Here } from '../../../core/audit/seen.ts';
import type { AclEntry, Inventory } from '../../../core/inventory.ts';
import {
  aClient,
  aGroup,
  aNode,
  anInventory,
  anInterface,
  groupPeer,
  tcp,
} from '../inventories.ts';
import { seenOn, usual } from './audits.ts';

const is =
  (from: string, to: string, port: number, answer: Cell['answer']) =>
  (cell: Omit<Cell, 'answer'>): Cell['answer'] | undefined =>
    cell.from === from && cell.to === to && cell.port === port ? answer : undefined;

const timedOut = is('i-n1', 'i-n2', 3002, 'timed-out');
const refused = is('i-n1', 'i-n2', 3002, 'refused');

/** What is said of the one closed cell. */
function reasonOf(seen: AuditSeen): string {
  const { closed } = explained(seen);
  expect(closed).toHaveLength(1);
  expect(closed[0]?.cells).toHaveLength(1);
  return `${closed[0]?.because}: ${closed[0]?.says}`;
}

const listening = [3000, 3001, 3002, 3003];
function hereAt(id: string, stops: string[], listens = listening): Partial<AuditSeen> {
  const here = new Map<string, Here>(
    ['i-n1', 'i-n2'].map((other) => [other, { listens: listening, stops: [] }]),
  );
  return { here: here.set(id, { listens, stops }) };
}

const routes = (id: string, address: string): Partial<AuditSeen> => ({
  routes: new Map([[id, new Map([[address, 'B']])]]),
});

/** An ACL of its own for each of two subnets, n1 in one and all others in the other. */
function twoSubnets(entries: readonly AclEntry[], on: 'subnet-a' | 'subnet-b'): Inventory {
  const inventory = usual();
  const all = (['ingress', 'egress'] as const).map((direction): AclEntry => ({
    number: 100,
    direction,
    action: 'allow',
    protocol: '-1',
    cidr: '0.0.0.0/0',
  }));
  return {
    ...inventory,
    interfaces: inventory.instances.map((one) => ({
      ...anInterface(one),
      subnetId: one.id === 'i-n1' ? 'subnet-a' : 'subnet-b',
    })),
    subnets: ['subnet-a', 'subnet-b'].map((id) => ({ id, vpcId: 'vpc-1', zone: 'z', tags: {} })),
    networkAcls: ['subnet-a', 'subnet-b'].map((subnetId) => ({
      id: subnetId.replace('subnet', 'acl'),
      vpcId: 'vpc-1',
      isDefault: false,
      subnetIds: [subnetId],
      entries: subnetId === on ? [...entries, ...all] : all,
      tags: {},
    })),
  };
}

describe('why a port is closed', () => {
  test('no rule of the groups lets it in: both groups are named, and the rule it would take', () => {
    const seen = seenOn(usual(), is('i-c1', 'i-n2', 3002, 'timed-out'));
    expect(reasonOf(seen)).toBe(
      'security-group: no rule of sg-nodes (nodes) lets tcp 3002 in from sg-clients (clients); it would take ingress tcp 3002 from sg-clients',
    );
  });

  test('no rule of the groups lets it out', () => {
    const nodes = aGroup('nodes', [tcp('3000-3003', groupPeer('sg-nodes'))]);
    const inventory = anInventory({
      instances: [aNode(1), aNode(2), aClient(1)],
      groups: [
        { ...nodes, rules: nodes.rules.filter(({ direction }) => direction === 'ingress') },
        aGroup('clients', []),
      ],
    });
    expect(reasonOf(seenOn(inventory, timedOut))).toBe(
      'security-group: no rule of sg-nodes (nodes) lets tcp 3002 out to sg-nodes (nodes); it would take egress tcp 3002 to sg-nodes',
    );
  });

  test('a prefix list that could not be read might name them', () => {
    const list = { kind: 'prefix-list', prefixListId: 'pl-1' } as const;
    const inventory = anInventory({
      instances: [aNode(1), aNode(2)],
      groups: [aGroup('nodes', [tcp('3002', list)])],
    });
    const { closed } = explained(seenOn(inventory, timedOut));
    expect(closed[0]?.says).toContain('unless pl-1, not readable, names them');
  });

  test('an entry of a network ACL denies it, on the way there or back', () => {
    const deny = { number: 90, action: 'deny', protocol: '6', cidr: '10.0.0.0/24' } as const;
    const there = { ...deny, direction: 'ingress', fromPort: 3002, toPort: 3002 } as const;
    expect(reasonOf(seenOn(twoSubnets([there], 'subnet-b'), timedOut))).toBe(
      'network-acl: network ACL acl-b stops connections (ingress): its entry 90 says deny tcp 3002 from 10.0.0.0/24',
    );
    const back = { ...deny, direction: 'ingress', fromPort: 32_768, toPort: 65_535 } as const;
    expect(reasonOf(seenOn(twoSubnets([back], 'subnet-a'), timedOut))).toBe(
      'network-acl: network ACL acl-a stops answers (ingress): its entry 90 says deny tcp 32768-65535 from 10.0.0.0/24',
    );
  });

  test('what was answered came past groups, whatever they say', () => {
    const closed = aGroup('nodes', []);
    const inventory = anInventory({ instances: [aNode(1), aNode(2)], groups: [closed] });
    const { closed: found } = explained({
      ...seenOn(inventory, refused),
      ...hereAt('i-n2', [], []),
    });
    expect(found.map(({ because, says }) => `${because}: ${says}`)).toEqual([
      'not-listening: nothing listens on 3002 at n2',
    ]);
  });

  test('a route that leads nowhere, at who dials or on the way back', () => {
    expect(reasonOf(seenOn(usual(), timedOut, routes('i-n1', '10.0.0.2')))).toBe(
      'route: n1 has a blackhole route to n2',
    );
    expect(reasonOf(seenOn(usual(), timedOut, routes('i-n2', '10.0.0.1')))).toBe(
      'route: n2 has a blackhole route back to n1',
    );
  });

  test('a rule of a host’s packet filter, which drops or rejects as it was seen', () => {
    const rule = '-A INPUT -s 10.0.0.1/32 -p tcp -m tcp --dport 3002 -j DROP';
    expect(reasonOf(seenOn(usual(), timedOut, hereAt('i-n2', [rule])))).toBe(
      `packet-filter: security groups admit it; the packet filter of n2 stops it: ${rule}`,
    );
    expect(reasonOf(seenOn(usual(), refused, hereAt('i-n2', [rule])))).toMatch(/^unexplained: /);
    const reject = rule.replace('DROP', 'REJECT --reject-with tcp-reset');
    expect(reasonOf(seenOn(usual(), refused, hereAt('i-n2', [reject])))).toMatch(
      /^packet-filter: /,
    );
    const out = '-A OUTPUT -d 10.0.0.2/32 -j DROP';
    expect(reasonOf(seenOn(usual(), timedOut, hereAt('i-n1', [out])))).toContain('filter of n1');
  });

  test('a host that could not be asked is said to be so', () => {
    const seen = seenOn(usual(), timedOut, {
      here: new Map(),
      silent: { 'i-n2': 'its SSM agent is not online' },
    });
    expect(reasonOf(seen)).toBe(
      'host-silent: security groups admit it, and n2 could not be asked: its SSM agent is not online',
    );
  });

  test('else nothing of AWS explains it, and what was not looked at is said', () => {
    expect(reasonOf(seenOn(usual(), timedOut))).toMatch(
      /^unexplained: nothing of AWS that was looked at explains it \(timed-out\): .* route tables/,
    );
  });
});

test('what is open though no group admits it is a finding of its own', () => {
  const { surprises } = explained(seenOn(usual()));
  expect(surprises.map(({ says, cells }) => [cells.length, says])).toEqual([
    [2, expect.stringMatching(/^open, though no rule of sg-nodes .* tcp 3001 in from sg-clients/)],
    [2, expect.stringMatching(/^open, though .* tcp 3002 /)],
    [2, expect.stringMatching(/^open, though .* tcp 3003 /)],
  ]);
});
