import { refuseNoAnswer } from '../../core/access/refuse-no-answer.ts';
import { askedRun } from '../../core/asked-run.ts';
import { parseAuditRequest } from '../../core/audit/request.ts';
import { refuseDataLoss } from '../../core/guards/refuse-data-loss.ts';
import { refuseOutsideWindows } from '../../core/guards/refuse-outside-windows.ts';
import { usefulClusters } from '../../core/named-clusters.ts';
import { usefulWindows } from '../../core/windows.ts';
import { usualTiming } from '../../core/timing.ts';
import { refuseTooManyCalls } from '../../core/plan/security-group/calls.ts';
import { parseExperiment } from '../../core/experiment.ts';
import { partsOf } from '../../core/experiment-parts.ts';
import type { Experiment } from '../../core/experiment.ts';
import { clusterTag, runTag } from '../../core/inventory.ts';
import type { Inventory, Peer, RuleSpec } from '../../core/inventory.ts';
import { movedOut } from '../../core/plan/security-group/move.ts';
import { plan } from '../../core/plan/plan.ts';
import { refuseInexact } from '../../core/plan/reachability.ts';
import { cutsOfFault } from '../../core/plan/request-cuts.ts';
import { classesOf, relationOf } from '../../core/plan/security-group/relation.ts';
import {
  aBystander,
  aClient,
  aClientCut,
  aGroup,
  aPartition,
  anInventory,
  groupPeer,
  someNodes,
  tcp,
} from './inventories.ts';
import { surveyed } from './surveys.ts';
import { onHosts } from './ways-to-refuse-on-hosts.ts';

const exact = tcp('3000', '10.0.1.1/32');
const among = tcp('3000-3003', groupPeer('sg-nodes'));

function withRules(specs: RuleSpec[], tags?: Record<string, string>): Inventory {
  return anInventory({
    instances: [...someNodes(2), aClient(1)],
    groups: [aGroup('nodes', specs, tags), aGroup('clients', [])],
  });
}

const nodes = (count: number): Inventory =>
  anInventory({ instances: someNodes(count), groups: [aGroup('nodes', [among])] });

const planning = (experiment: Experiment, inventory: Inventory) => () =>
  plan(experiment, inventory, 'run1');
const cutting = (inventory: Inventory) => planning(aClientCut(), inventory);
const splitting = (topology: object, inventory: Inventory, changes: object = {}) =>
  planning(aPartition({ ...changes }, { topology }), inventory);

const anXdrCut = parseExperiment({
  name: 'cut-xdr',
  cluster: 'orders',
  fault: { kind: 'xdr-cut' },
  mechanism: 'security-group',
  holdSeconds: 15,
});

/** Ways to the refusals of what is asked, and of how the nodes are to be split. */
const ofRequests: Record<string, () => unknown> = {
  'unreadable experiment': () => parseExperiment({}),
  'a pick from nothing': () => askedRun({ pick: [] }, 'r1'),
  'a pick with one that is none': () => askedRun({ pick: [{}] }, 'r1'),
  'unreadable audit': () => parseAuditRequest({ cluster: 'orders', fault: 'none' }),
  'an audit with access to nothing': () => parseAuditRequest({ cluster: 'orders', access: {} }),
  'a node that nobody may ask': () =>
    refuseNoAnswer({ ...aPartition(), access: { login: { secret: 'orders' } } }, nodes(2), {
      'i-n1': 'Cannot ask a node as openssl must be installed here: found it missing',
    }),
  contradiction: () => aPartition({ established: 'leave' }),
  'unknown cluster': cutting(anInventory({ instances: [] })),
  'foreign mark': cutting(withRules([{ ...exact, description: 'aerofault:run0' }])),
  'foreign group': cutting(withRules([exact], { [runTag]: 'run0' })),
  'unknown name': planning(aClientCut({}, { clients: ['x'] }), withRules([exact])),
  'no client': cutting(anInventory({ instances: someNodes(2) })),
  'no destination': planning(anXdrCut, nodes(2)),
  'all nodes': splitting({ kind: 'isolate', count: 2 }, nodes(2)),
  'half of one': splitting({ kind: 'halves' }, nodes(1)),
  'unknown zone': splitting({ kind: 'zones', zones: ['zone-z'] }, nodes(2)),
  'one zone': splitting({ kind: 'zones' }, nodes(2)),
  'bridge of two': splitting({ kind: 'bridge' }, nodes(2)),
  'ring of three': splitting({ kind: 'ring' }, nodes(3)),
  'pair of one': splitting({ kind: 'pairs', pairs: [['n1', 'i-n1']] }, nodes(2)),
};

const full = Array.from({ length: 59 }, (_, index) => tcp(`${5000 + index}`, '10.0.0.0/8'));
const list: Peer = { kind: 'prefix-list', prefixListId: 'pl-1' };
const theirs: Peer = { kind: 'group', groupId: 'sg-theirs', userId: '999999999999' };
const shared = withRules([tcp('3000', '10.0.1.0/31')]);
const bystander = aBystander(['sg-nodes']);
const byGroups = { mechanism: 'security-group' };

/** Ways to the refusals of the planner for security groups. */
const ofGroups: Record<string, () => unknown> = {
  'no rule': cutting(withRules([])),
  'untagged group': cutting(withRules([exact], {})),
  'untagged interface': cutting({
    ...shared,
    interfaces: [...shared.interfaces.map((one) => ({ ...one, tags: {} })), bystander],
  }),
  'no room for a group': splitting({ kind: 'isolate', count: 1 }, crowded(), byGroups),
  quota: cutting(withRules([...full, tcp('2999-3001', '10.0.1.1/32')])),
  'prefix list': cutting(withRules([exact, tcp('3000', list)])),
  'group of another account': cutting(withRules([exact, tcp('3000', theirs)])),
  'stale rule': cutting(withRules([exact, tcp('3000', groupPeer('sg-gone'))])),
  'too many sides': splitting({ kind: 'ring' }, nodes(44), byGroups),
  'a tag that EC2 keeps to itself': planning(aClientCut({ detach: 'revoke' }), systemTagged()),
  'too many addresses': () => tooManyAddresses(),
  'a rule out to the group': () => leaving(),
  'unreadable address': cutting(withRules([tcp('3000', '10.0.1.999/32')])),
  'unreadable protocol': cutting(withRules([exact, { ...exact, protocol: 'ipx' }])),
  inexact: () =>
    refuseInexact(
      anInventory({ groups: [aGroup('nodes', [exact])] }),
      [],
      [{ from: ['i-c1'], to: ['i-n1'], ports: [3000] }],
    ),
};

/** A cluster whose interfaces hold as many groups as they may. */
function crowded(): Inventory {
  const inventory = nodes(3);
  const groupIds = ['sg-nodes', 'sg-2', 'sg-3', 'sg-4', 'sg-5'];
  return {
    ...inventory,
    groups: [...inventory.groups, ...groupIds.slice(1).map((id) => aGroup(id.slice(3), []))],
    interfaces: inventory.interfaces.map((one) => ({ ...one, groupIds })),
  };
}

/** A cluster whose one rule was made by CloudFormation. */
function systemTagged(): Inventory {
  const inventory = withRules([exact]);
  const tags = { 'aws:cloudformation:stack-name': 'orders' };
  return {
    ...inventory,
    groups: inventory.groups.map((group) => ({
      ...group,
      rules: group.rules.map((rule) => ({ ...rule, tags })),
    })),
  };
}

/** Sixty clients lose one of two nodes; the other may name no group for them, and the one may not move. */
function tooManyAddresses(): unknown {
  const clients = Array.from({ length: 60 }, (_, index) => aClient(index + 1));
  const inventory = anInventory({
    instances: [...someNodes(2), ...clients],
    groups: [aGroup('nodes', [tcp('3000', groupPeer('sg-clients'))]), aGroup('clients', [])],
  });
  const interfaces = inventory.interfaces.map((one) =>
    one.instanceId === 'i-n1' ? { ...one, tags: {} } : one,
  );
  return plan(aClientCut({}, { nodes: ['n1'] }), { ...inventory, interfaces }, 'run1');
}

/** A node leaves the group that clients may reach by a rule of theirs. */
function leaving(): unknown {
  const clients = aGroup('clients', [tcp('3000', groupPeer('sg-nodes'))]);
  const outward = clients.rules.map((rule) => ({ ...rule, direction: 'egress' as const }));
  const inventory = anInventory({
    groups: [aGroup('nodes', [among]), { ...clients, rules: outward }],
  });
  const experiment = aPartition(byGroups);
  const ports = [3001];
  const [part] = partsOf(experiment);
  const one = part!.experiment;
  const { cuts } = cutsOfFault({ experiment: one, inventory, runId: 'run1', ports });
  const relation = relationOf(cuts);
  const request = { inventory, runId: 'run1', cuts, ports, relation, detach: 'park' } as const;
  const moved = classesOf(inventory.interfaces.slice(0, 1), relation);
  return movedOut(moved, inventory, { request, concerned: new Set(['sg-nodes']) });
}

const byAcl = { mechanism: 'network-acl' };

const place = (index: number): string => (index % 2 === 0 ? 'a' : 'b');

/** Nodes in turn in two subnets, with one network ACL for both if any. */
function inSubnets(count: number, networkAcls: Inventory['networkAcls']): Inventory {
  const inventory = nodes(count);
  return {
    ...inventory,
    instances: inventory.instances.map((one, at) => ({ ...one, zone: `zone-${place(at)}` })),
    interfaces: inventory.interfaces.map((one, at) => ({
      ...one,
      subnetId: `subnet-${place(at)}`,
    })),
    subnets: ['a', 'b'].map((letter) => ({
      id: `subnet-${letter}`,
      vpcId: 'vpc-1',
      zone: `zone-${letter}`,
      tags: { [clusterTag]: 'orders' },
    })),
    networkAcls,
  };
}

const acl = {
  id: 'acl-1',
  vpcId: 'vpc-1',
  isDefault: true,
  subnetIds: ['subnet-a', 'subnet-b'],
  entries: [],
  tags: {},
};

/** Ways to the refusals of a plan that is exact and still cannot be. */
const ofCalls: Record<string, () => unknown> = {
  'too many calls': () => refuseTooManyCalls({ inject: 1_005, restore: 1_004 }, usualTiming),
};

/** Ways to the refusals of the planner for network ACLs. */
const ofAcls: Record<string, () => unknown> = {
  'inside a subnet': splitting({ kind: 'isolate', count: 1 }, nodes(2), byAcl),
  'no network ACL': splitting({ kind: 'zones' }, inSubnets(2, []), byAcl),
  'untagged subnet': splitting({ kind: 'zones' }, { ...inSubnets(2, [acl]), subnets: [] }, byAcl),
  'too many entries': splitting({ kind: 'zones' }, inSubnets(44, [acl]), byAcl),
};

const office = { from: '09:00', to: '17:00', timeZone: 'Europe/Berlin' };
const isolation = (count: number) => aPartition({}, { topology: { kind: 'isolate', count } });

/** Ways to the refusals of guards. */
const ofGuards: Record<string, () => unknown> = {
  'more nodes than copies to spare': () => refuseDataLoss(isolation(2), surveyed(nodes(5)), 'run1'),
  'namespaces untold': () => refuseDataLoss(isolation(1), nodes(3), 'run1'),
  'outside every window': () =>
    refuseOutsideWindows({ name: 'isolate' }, { startAt: 0, endAt: 600_000 }, [office]),
  'longer than every window': () =>
    refuseOutsideWindows({ name: 'isolate' }, { startAt: 0, endAt: 36_000_000 }, [office]),
  'a window of no zone': () => usefulWindows([{ ...office, timeZone: 'Mars/Olympus' }]),
  'names that no cluster can have': () => usefulClusters([' payments']),
  'no name of a cluster': () => usefulClusters([]),
  'a window in an experiment that never opens': () =>
    aPartition({ allowedWindows: [{ ...office, to: '09:00' }] }),
};

/** At least one way to every refusal that core can make. */
export const waysToRefuse = {
  ...onHosts,
  ...ofRequests,
  ...ofGroups,
  ...ofAcls,
  ...ofCalls,
  ...ofGuards,
};
