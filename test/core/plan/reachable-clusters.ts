import type {
  AclEntry,
  Inventory,
  Rule,
  RuleSpec,
  SecurityGroup,
} from '../../../core/inventory.ts';
import type { Flow } from '../../../core/plan/reachability.ts';
import { aClient, aGroup, aNode, anInventory, cidr, groupPeer, tcp } from '../inventories.ts';

/** A rule that lets everything of a peer in. */
export const all = (peer: string): RuleSpec => ({ protocol: '-1', peer: cidr(peer) });

/** Two nodes and a client; the nodes' rules as given, everything let out. */
export function cluster(...specs: RuleSpec[]): Inventory {
  return anInventory({
    instances: [aNode(1), aNode(2), aClient(1)],
    groups: [aGroup('nodes', specs), aGroup('clients', [])],
  });
}

/** The inventory with other ingress rules in sg-nodes. */
export function withNodes(inventory: Inventory, ...specs: RuleSpec[]): Inventory {
  const groups = inventory.groups.map((group) =>
    group.id === 'sg-nodes' ? aGroup('nodes', specs) : group,
  );
  return { ...inventory, groups };
}

/** The interface of an instance. */
const interfaceOf = ({ interfaces }: Inventory, id: string) =>
  interfaces.find(({ instanceId }) => instanceId === id)!;

/** What the client sends to the first node, unless it says otherwise. */
export function flow(inventory: Inventory, changes: Partial<Flow> = {}): Flow {
  const from = interfaceOf(inventory, 'i-c1');
  return {
    from: { interface: from, address: from.addresses[0]! },
    to: interfaceOf(inventory, 'i-n1'),
    protocol: 'tcp',
    port: 3000,
    ...changes,
  };
}

/** An ingress entry of a network ACL; on port 3000 unless it says otherwise. */
export function onTcp(
  number: number,
  action: AclEntry['action'],
  block: string,
  [fromPort, toPort]: [number, number] = [3000, 3000],
): AclEntry {
  return { number, direction: 'ingress', action, cidr: block, protocol: '6', fromPort, toPort };
}

/** Nodes that holders of a group of nobody here may dial, behind an ACL. */
export function behindAcl(...entries: AclEntry[]): Inventory {
  const subnetIds = ['subnet-a'];
  return {
    ...cluster(tcp('3000', groupPeer('sg-elsewhere'))),
    networkAcls: [{ id: 'acl-1', vpcId: 'vpc-1', isDefault: true, subnetIds, entries, tags: {} }],
  };
}

/** The clients' group, letting out only this. */
export function clientsThatSend(...specs: RuleSpec[]): SecurityGroup {
  const rules = specs.map((spec, n): Rule => {
    return { id: `sgr-${n}`, groupId: 'sg-clients', direction: 'egress', spec, tags: {} };
  });
  return { ...aGroup('clients', []), rules };
}
