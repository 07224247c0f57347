import type { Inventory, Peer, Rule } from '../core/inventory.ts';
import { startEc2 } from '../lab/cloud/ec2/server.ts';
import type { Ec2Endpoint } from '../lab/cloud/ec2/server.ts';
import type { Ec2Snapshot, Peer as Ec2Peer, Rule as Ec2Rule } from '../lab/cloud/ec2/model.ts';
import { Ec2State } from '../lab/cloud/ec2/state.ts';

const onChange = (): Promise<void> => Promise.resolve();

/** The lab's EC2 over an inventory, on loopback; close it. */
export function startEc2Of(inventory: Inventory): Promise<Ec2Endpoint> {
  return startEc2(new Ec2State(snapshotOf(inventory)), { host: '127.0.0.1', port: 0, onChange });
}

function snapshotOf({ instances, interfaces, groups, subnets }: Inventory): Ec2Snapshot {
  const zoneOf = new Map(subnets.map(({ id, zone }) => [id, zone]));
  return {
    region: 'eu-west-1',
    account: '1',
    vpcs: [{ id: 'vpc-1', cidr: '10.0.0.0/8', isDefault: false }],
    subnets: subnets.map((subnet, index) => ({ ...subnet, cidr: `10.${index + 1}.0.0/16` })),
    instances: instances.map(({ id, zone, name }) => ({
      id,
      state: 'running',
      type: 'm7g.large',
      zone,
      subnetId: `subnet-${zone}`,
      vpcId: 'vpc-1',
      launchedAt: '2026-11-01T09:00:00.000Z',
      tags: { Name: name },
    })),
    interfaces: interfaces.map(({ id, instanceId = '', subnetId, groupIds, addresses, tags }) => ({
      id,
      instanceId,
      subnetId,
      vpcId: 'vpc-1',
      zone: zoneOf.get(subnetId) ?? '',
      address: addresses[0] ?? '',
      macAddress: '0a:00:00:00:00:01',
      groupIds,
      description: '',
      tags,
    })),
    groups: groups.map(({ id, name, vpcId, tags }) => ({
      id,
      name,
      vpcId,
      tags,
      description: name,
    })),
    rules: groups.flatMap(({ rules }) => rules.map(ruleOf)),
    prefixLists: [],
  };
}

function ruleOf({ id, groupId, direction, spec, tags }: Rule): Ec2Rule {
  const { protocol, fromPort = -1, toPort = -1, peer } = spec;
  const egress = direction === 'egress';
  return { id, groupId, egress, protocol, fromPort, toPort, peer: peerOf(peer), tags };
}

function peerOf(peer: Peer): Ec2Peer {
  switch (peer.kind) {
    case 'ipv4':
      return { kind: 'cidr4', cidr: peer.cidr };
    case 'ipv6':
      return { kind: 'cidr6', cidr: peer.cidr };
    case 'prefix-list':
      return { kind: 'prefix-list', prefixListId: peer.prefixListId };
    case 'group':
      return { kind: 'group', groupId: peer.groupId };
  }
}
