/** What the lab's EC2 holds, as the fake machines see it: groups, interfaces and ACLs in the words of core. */
import type { AclEntry, Inventory, Peer, Rule, RuleSpec } from '../../core/inventory.ts';
import type * as ec2 from '../../lab/cloud/ec2/model.ts';
import type { Ec2State, FullSnapshot } from '../../lab/cloud/ec2/state.ts';
import { FakeNetwork } from '../fakes/fake-network.ts';
import type { NetworkState } from '../fakes/network-state.ts';
import type { VirtualClock } from '../fakes/virtual-clock.ts';

const watcher = { applied: () => undefined, undone: () => undefined, changed: () => undefined };

/** A network that nobody changes by itself: it is whatever EC2 holds. */
export class LabNetwork extends FakeNetwork {
  readonly #state: Ec2State;
  #known: NetworkState | undefined;

  constructor(state: Ec2State, clock: VirtualClock) {
    super(inventoryOf(state.describe(), ''), { clock, ...watcher });
    this.#state = state;
  }

  override get now(): NetworkState {
    return (this.#known ??= networkStateOf(this.#state.describe()));
  }

  /** To be called after every change. */
  changed(): void {
    this.#known = undefined;
  }
}

/** The inventory of a cluster that EC2 has, for the machines of it; what only hosts know is left out. */
export function inventoryOf(found: FullSnapshot, cluster: string): Inventory {
  const { groups, interfaces, acls } = networkStateOf(found);
  return {
    cluster,
    observedAt: 0,
    instances: found.instances.flatMap((one) => instanceOf(one, found)),
    interfaces: [...interfaces],
    groups: [...groups],
    prefixLists: [],
    subnets: found.subnets.map(({ id, vpcId, zone, tags }) => ({ id, vpcId, zone, tags })),
    networkAcls: [...acls],
  };
}

const roles = ['node', 'client', 'xdr-destination'] as const;

function instanceOf({ id, tags, zone }: ec2.Instance, found: FullSnapshot) {
  const role = roles.find((one) => one === tags['aerofault:role']);
  const own = found.interfaces.filter(({ instanceId }) => instanceId === id);
  const [primary] = own.toSorted(
    (left, right) => (left.deviceIndex ?? 0) - (right.deviceIndex ?? 0),
  );
  if (role === undefined || primary === undefined) return [];
  const addresses = own.map(({ address }) => address);
  const { address, groupIds } = primary;
  return [
    { id, name: tags['Name'] ?? id, role, zone, address, addresses, groupIds: [...groupIds] },
  ];
}

function networkStateOf({
  groups,
  rules,
  interfaces,
  subnets,
  networkAcls,
}: FullSnapshot): NetworkState {
  return {
    groups: groups.map(({ id, name, vpcId, tags }) => ({
      id,
      name,
      vpcId,
      ownerId: '',
      tags,
      rules: rules.filter(({ groupId }) => groupId === id).map(ruleOf),
    })),
    interfaces: interfaces.map(({ address, groupIds, type = 'interface', ...one }) => ({
      id: one.id,
      instanceId: one.instanceId,
      type,
      vpcId: one.vpcId,
      subnetId: one.subnetId,
      groupIds: [...groupIds],
      addresses: [address],
      tags: one.tags,
    })),
    acls: networkAcls.map(({ id, vpcId, isDefault, entries, tags }) => ({
      id,
      vpcId,
      isDefault,
      subnetIds: subnets.filter(({ aclId }) => aclId === id).map((subnet) => subnet.id),
      entries: entries.map(entryOf),
      tags,
    })),
    associations: {},
  };
}

function ruleOf({ id, groupId, egress, tags, description, ...rule }: ec2.Rule): Rule {
  const { protocol, fromPort, toPort } = rule;
  const ports = fromPort === -1 ? {} : { fromPort, toPort };
  const says = description === undefined ? {} : { description };
  const spec: RuleSpec = { protocol, ...ports, peer: peerOf(rule.peer), ...says };
  return { id, groupId, direction: egress ? 'egress' : 'ingress', spec, tags };
}

function peerOf(peer: ec2.Peer): Peer {
  switch (peer.kind) {
    case 'cidr4':
      return { kind: 'ipv4', cidr: peer.cidr };
    case 'cidr6':
      return { kind: 'ipv6', cidr: peer.cidr };
    case 'prefix-list':
      return peer;
    case 'group':
      return { kind: 'group', groupId: peer.groupId };
  }
}

function entryOf({ number, egress, action, protocol, cidr, ports }: ec2.AclEntry): AclEntry {
  const [fromPort, toPort] = ports ?? [];
  const between = fromPort === undefined ? {} : { fromPort, toPort };
  return { number, direction: egress ? 'egress' : 'ingress', action, protocol, cidr, ...between };
}
