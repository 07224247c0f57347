import { describe, expect, test } from 'vitest';
import type { RuleSpec } from '../../../../core/inventory.ts';
import {
  aClient,
  aClientCut,
  aGroup,
  anInventory,
  groupPeer,
  someNodes,
  tcp,
} from '../../inventories.ts';
import { changesOf, stepsOf } from './rule-changes.ts';

const cases: {
  name: string;
  rules: RuleSpec[];
  ports?: string[];
  edits: string[];
  adds: string[];
}[] = [
  {
    name: 'a wider port range is narrowed, and its other end added',
    rules: [tcp('2999-3003', '10.0.1.1/32')],
    edits: ['sgr-nodes-1: tcp 2999 10.0.1.1/32'],
    adds: ['tcp 3001-3003 10.0.1.1/32'],
  },
  {
    name: 'a range that begins at the port is narrowed alone',
    rules: [tcp('3000-3003', '10.0.1.1/32')],
    edits: ['sgr-nodes-1: tcp 3001-3003 10.0.1.1/32'],
    adds: [],
  },
  {
    name: 'a wider CIDR keeps everyone but the client',
    rules: [tcp('3000', '10.0.1.0/30')],
    edits: ['sgr-nodes-1: tcp 3000 10.0.1.0/32'],
    adds: ['tcp 3000 10.0.1.2/31'],
  },
  {
    name: 'a CIDR over nodes and client keeps the nodes, fabric and all',
    rules: [tcp('3000-3003', '10.0.0.0/23')],
    edits: ['sgr-nodes-1: tcp 3001-3003 10.0.0.0/23'],
    adds: [
      'tcp 3000 10.0.0.0/24',
      'tcp 3000 10.0.1.0/32',
      'tcp 3000 10.0.1.2/31',
      'tcp 3000 10.0.1.4/30',
      'tcp 3000 10.0.1.8/29',
      'tcp 3000 10.0.1.16/28',
      'tcp 3000 10.0.1.32/27',
      'tcp 3000 10.0.1.64/26',
      'tcp 3000 10.0.1.128/25',
    ],
  },
  {
    name: 'a group of clients alone is narrowed as a whole',
    rules: [tcp('3000-3001', groupPeer('sg-clients'))],
    edits: ['sgr-nodes-1: tcp 3001 sg-clients'],
    adds: [],
  },
  {
    name: "the nodes' own group is left alone",
    rules: [tcp('3000-3003', groupPeer('sg-nodes')), tcp('3000', '10.0.1.1/32')],
    edits: ['sgr-nodes-2: tcp 0 10.0.1.1/32'],
    adds: [],
  },
  {
    name: 'several ports leave the gaps between them',
    rules: [tcp('2999-3004', '10.0.1.1/32')],
    ports: ['service', 'heartbeat'],
    edits: ['sgr-nodes-1: tcp 2999 10.0.1.1/32'],
    adds: ['tcp 3001 10.0.1.1/32', 'tcp 3003-3004 10.0.1.1/32'],
  },
  {
    name: 'an IPv6 rule is cut no differently',
    rules: [tcp('3000', '2001:db8::c1/128'), tcp('3000', '2001:db8::c0/126')],
    edits: ['sgr-nodes-1: tcp 0 2001:db8::c1/128', 'sgr-nodes-2: tcp 3000 2001:db8::c0/128'],
    adds: ['tcp 3000 2001:db8::c2/127'],
  },
  {
    name: 'rules parked for one peer never meet',
    rules: [tcp('3000', '10.0.1.1/32'), tcp('3001', '10.0.1.1/32')],
    ports: ['service', 'fabric'],
    edits: ['sgr-nodes-1: tcp 0 10.0.1.1/32', 'sgr-nodes-2: udp 0 10.0.1.1/32'],
    adds: [],
  },
  {
    name: 'a piece that another rule allows already is not added again',
    rules: [tcp('3000-3003', '10.0.1.1/32'), tcp('3001-3003', '10.0.1.1/32')],
    edits: ['sgr-nodes-1: tcp 0 10.0.1.1/32'],
    adds: [],
  },
  {
    name: 'a rule for all ports loses one port',
    rules: [tcp('0-65535', '10.0.1.1/32')],
    edits: ['sgr-nodes-1: tcp 0-2999 10.0.1.1/32'],
    adds: ['tcp 3001-65535 10.0.1.1/32'],
  },
  {
    name: 'a rule for every protocol keeps all but the port: tcp beside it, udp, icmp',
    rules: [{ protocol: '-1', peer: { kind: 'ipv4', cidr: '10.0.1.1/32' } }],
    edits: ['sgr-nodes-1: tcp 0-2999 10.0.1.1/32'],
    adds: ['tcp 3001-65535 10.0.1.1/32', 'udp 0-65535 10.0.1.1/32', 'icmp -1 10.0.1.1/32'],
  },
  {
    name: 'a rule for every protocol and a wider CIDR keeps everything for everyone else',
    rules: [{ protocol: '-1', peer: { kind: 'ipv4', cidr: '10.0.1.0/31' } }],
    edits: ['sgr-nodes-1: tcp 0-2999 10.0.1.0/31'],
    adds: [
      'tcp 3001-65535 10.0.1.0/31',
      'udp 0-65535 10.0.1.0/31',
      'icmp -1 10.0.1.0/31',
      '-1 10.0.1.0/32',
    ],
  },
  {
    name: 'a rule for every protocol of a group keeps ICMP of both families',
    rules: [{ protocol: '-1', peer: groupPeer('sg-clients') }],
    edits: ['sgr-nodes-1: tcp 0-2999 sg-clients'],
    adds: [
      'tcp 3001-65535 sg-clients',
      'udp 0-65535 sg-clients',
      'icmp -1 sg-clients',
      'icmpv6 -1 sg-clients',
    ],
  },
  {
    name: 'a prefix list keeps its other entries by address',
    rules: [tcp('3000-3003', { kind: 'prefix-list', prefixListId: 'pl-1' })],
    edits: ['sgr-nodes-1: tcp 3001-3003 pl-1'],
    adds: ['tcp 3000 10.0.1.0/32', 'tcp 3000 10.9.0.0/16'],
  },
  {
    name: 'other protocols and other ports are left alone',
    rules: [
      tcp('3000', '10.0.1.1/32'),
      { ...tcp('3000', '10.0.1.1/32'), protocol: 'udp' },
      { protocol: 'icmp', fromPort: -1, toPort: -1, peer: { kind: 'ipv4', cidr: '0.0.0.0/0' } },
      tcp('22', '0.0.0.0/0'),
      tcp('443', '0.0.0.0/0'),
    ],
    edits: ['sgr-nodes-1: tcp 0 10.0.1.1/32'],
    adds: [],
  },
];

describe('of the rules that admit a client', () => {
  test.each(cases)('$name', ({ rules, ports, edits, adds }) => {
    const client = aClient(1, { addresses: ['10.0.1.1', '2001:db8::c1'] });
    const inventory = anInventory({
      instances: [...someNodes(2), client],
      groups: [aGroup('nodes', rules), aGroup('clients', [])],
      prefixLists: [{ id: 'pl-1', maxEntries: 2, cidrs: ['10.0.1.0/31', '10.9.0.0/16'] }],
    });
    const experiment = aClientCut({}, ports === undefined ? {} : { ports });

    expect(changesOf(stepsOf(inventory, experiment))).toEqual({ edits, adds });
  });
});
