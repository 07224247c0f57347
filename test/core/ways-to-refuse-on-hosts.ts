import { experimentOn } from '../../core/experiment-on.ts';
import { parseExperiment } from '../../core/experiment.ts';
import type { Inventory, Survey } from '../../core/inventory.ts';
import { plan } from '../../core/plan/plan.ts';
import { aClient, aClientCut, aNode, aPartition, anInventory, someNodes } from './inventories.ts';
import { aDestination } from './plans.ts';
import { aSurvey, nodeWords, surveyed } from './surveys.ts';

const all = surveyed(
  anInventory({ instances: [...someNodes(3), aClient(1), aDestination(1), aDestination(2)] }),
);

/** The inventory with other words of one host, or of its node. */
export function saying(
  instanceId: string,
  changes: Partial<Survey>,
  inventory: Inventory = all,
): Inventory {
  const surveys = (inventory.surveys ?? []).map((survey) =>
    survey.instanceId === instanceId ? { ...survey, ...changes } : survey,
  );
  return { ...inventory, surveys };
}

const nodeSaying = (instanceId: string, words: Partial<ReturnType<typeof nodeWords>>): Inventory =>
  saying(instanceId, { node: { ...nodeWords(), principal: 'BB9n3', ...words } });

const without = (...tools: string[]): Partial<Survey> => ({
  tools: aSurvey('').tools.filter((tool) => !tools.includes(tool)),
});

const planning =
  (fault: object, changes: object = {}, inventory = all) =>
  () =>
    plan(
      parseExperiment({
        name: 'any',
        cluster: 'orders',
        fault,
        mechanism: 'iptables',
        holdSeconds: 15,
        ...changes,
      }),
      inventory,
      'run1',
    );

const isolating = (naming: object, inventory?: Inventory, changes: object = {}) =>
  planning({ kind: 'partition', topology: { kind: 'isolate', ...naming } }, changes, inventory);

/** Node 1 is the one that is isolated, and edited. */
const changing = (words: Partial<Survey>, changes: object = {}, of: Inventory = all) =>
  isolating({ count: 1 }, saying('i-n1', words, of), changes);

const byServer = { mechanism: 'aerospike' };
const fromNodes = { portNumbers: 'node' };
const reroute = { kind: 'reroute', peer: 'n2', to: '10.0.0.3', nodes: ['n1'] };
const six = anInventory({
  instances: [1, 2].map((n) => aNode(n, { addresses: [`10.0.0.${n}`, `2001:db8::${n}`] })),
});
const held = { kind: 'service-stop', nodes: ['n1'] };

const many = Array.from({ length: 1_001 }, (_, at) => `10.9.${at >> 8}.${at & 255}`);

/** Ways to the refusals of whom a fault means, which only the nodes can say. */
const ofNodes: Record<string, () => unknown> = {
  'no node says who leads': isolating({ role: 'principal' }, { ...all, surveys: [] }),
  'nodes disagree on who leads': isolating(
    { role: 'principal' },
    nodeSaying('i-n1', { principal: 'BB9n1' }),
  ),
  'a rack that a node does not tell': isolating({ rack: 1 }, saying('i-n2', { node: undefined })),
  'a rack without nodes': isolating({ rack: 7 }),
  'a minority of two': planning(
    { kind: 'partition', topology: { kind: 'minority' } },
    {},
    anInventory({ instances: someNodes(2) }),
  ),
  'numbers of a node that is silent': isolating(
    { count: 1 },
    saying('i-n2', { node: undefined }),
    fromNodes,
  ),
  'numbers that differ': isolating(
    { count: 1 },
    nodeSaying('i-n2', { ports: { service: 3000, fabric: 3001, heartbeat: 4002 } }),
    fromNodes,
  ),
  'a listener that is not there': planning({ kind: 'client-cut', ports: ['admin'] }, fromNodes),
  'two listeners of one number': () =>
    experimentOn(aPartition(fromNodes), {
      ...all,
      surveys: all.surveys?.map((survey) => ({
        ...survey,
        node: nodeWords({ ports: { service: 3000, fabric: 3001, heartbeat: 3001 } }),
      })),
    }),
};

/** Ways to the refusals of the planners for hosts. */
const ofFaults: Record<string, () => unknown> = {
  'every node stopped': planning({ kind: 'service-stop', nodes: ['n1', 'n2', 'n3'] }, byServer),
  'too many peers': changing(
    {},
    {},
    anInventory({ instances: [aNode(1), aNode(2, { addresses: many }), aNode(3)] }),
  ),
  'a protocol unreachable by IPv6': isolating({ count: 1 }, six, { packets: 'proto-unreachable' }),
  "an address that is not the node's": planning({
    kind: 'link-down',
    nodes: ['n1'],
    address: '10.0.0.2',
  }),
  'the link of the only node': planning(
    { kind: 'link-down', nodes: ['n1'], device: 'eth1' },
    {},
    anInventory({ instances: someNodes(1) }),
  ),
  'a reroute to a stranger': planning({ ...reroute, to: '192.0.2.1' }),
  'a reroute to whom it dials already': planning({ ...reroute, to: '10.0.0.2' }),
  'a reroute to itself': planning({ ...reroute, to: '10.0.0.1' }),
  'a source that is not its own': planning({ ...reroute, source: '10.0.0.2' }),
  'nobody to turn': planning(
    { kind: 'reroute', peer: 'n2', to: '10.0.0.1' },
    {},
    anInventory({ instances: someNodes(2) }),
  ),
  'an answer that no route gives': () =>
    plan({ ...aPartition({ mechanism: 'route' }), packets: 'tcp-reset' }, all, 'run1'),
  'XDR of a server that is silent': planning(
    { kind: 'xdr-pause', dc: 'far', namespaces: ['test'] },
    byServer,
    saying('i-n2', { node: undefined }),
  ),
  'a rewind before 5.0': planning(
    { kind: 'xdr-pause', dc: 'far', namespaces: ['test'], rewind: 60 },
    byServer,
    nodeSaying('i-n1', { build: '4.9.0.11' }),
  ),
  'two parts that hold one service': planning(
    {
      kind: 'sequence',
      parts: [
        { fault: held, startSeconds: 0, seconds: 5 },
        { fault: { ...held, kind: 'service-freeze' }, startSeconds: 5, seconds: 5 },
      ],
    },
    byServer,
  ),
};

const flapping = { flapping: { onSeconds: 3, offSeconds: 3 } };

/** Ways to the refusals of hosts that will not do, by their own word. */
const ofSurveys: Record<string, () => unknown> = {
  'a finding that refuses': changing({
    findings: [
      { refuses: false, says: 'a warning' },
      {
        refuses: true,
        says: 'Cannot change anything here as flock must be installed: found it missing.',
      },
    ],
  }),
  'an old agent': changing({ agent: '3.3.987.0' }),
  'a clock far off': changing({ clock: { offsetMs: -300, errorMs: 40, by: 'chrony' } }),
  'neither iptables nor nft': changing(without('iptables', 'nft')),
  'nft asked for and missing': changing(without('nft'), { mechanism: 'nft' }),
  'no ip6tables for IPv6': changing(without('ip6tables'), {}, surveyed(six)),
  'no routes': changing(without('ip'), { mechanism: 'route' }),
  'no time in the kernel': changing({ abilities: ['nft-time'] }, flapping),
  'no time for nft': changing({ abilities: ['time'] }, { ...flapping, mechanism: 'nft' }),
  'no chance in the kernel': changing({ abilities: ['time'] }, { intensity: { percent: 30 } }),
  'what flaps where partitions may die': isolating(
    { count: 1 },
    nodeSaying('i-n2', { strong: ['money'] }),
    flapping,
  ),
  'clients by hosts that will not do': () =>
    plan(aClientCut({ mechanism: 'iptables' }), saying('i-c1', { agent: '3.2.1' }), 'run1'),
};

/** At least one way to every refusal about hosts. */
export const onHosts = { ...ofNodes, ...ofFaults, ...ofSurveys };
