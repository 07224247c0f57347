import type { Instance, Inventory, Survey } from '../../core/inventory.ts';

type NodeWords = NonNullable<Survey['node']>;

/** What a host says of itself that is well, and whose node is. */
export function aSurvey(instanceId: string, changes: Partial<Survey> = {}): Survey {
  return {
    instanceId,
    agent: '3.3.2746.0',
    clock: { offsetMs: 0.4, errorMs: 1.2, by: 'chrony' },
    tools: ['iptables', 'ip6tables', 'nft', 'ip', 'ss'],
    iptables: 'nft',
    abilities: ['time', 'statistic', 'u32', 'reject', 'nat', 'nft-time', 'sever'],
    timer: 'systemd',
    container: false,
    listens: [3000, 3001, 3002],
    findings: [],
    node: nodeWords(),
    ...changes,
  };
}

/** What a node says of itself. */
export function nodeWords(changes: Partial<NodeWords> = {}): NodeWords {
  return {
    id: 'BB9010A',
    build: '8.1.2.0',
    principal: 'BB9030A',
    ports: { service: 3000, fabric: 3001, heartbeat: 3002 },
    fabricAddresses: ['10.0.0.1'],
    strong: [],
    namespaces: [{ name: 'test', replicationFactor: 2, strong: false }],
    ...changes,
  };
}

/** An inventory whose hosts were all asked: the nodes lead by the last, each in a rack by its zone. */
export function surveyed(inventory: Inventory, changes: Partial<NodeWords> = {}): Inventory {
  const { instances } = inventory;
  const nodes = instances.filter(({ role }) => role === 'node');
  const principal = `BB9${nodes.at(-1)?.name ?? ''}`;
  const zones = [...new Set(nodes.map(({ zone }) => zone))].toSorted();
  const surveyOf = ({ id, name, role, zone, address }: Instance): Survey => {
    const { node: _, ...rest } = aSurvey(id);
    if (role === 'client') return rest;
    const rack = zones.indexOf(zone) + 1;
    const node = nodeWords({
      id: `BB9${name}`,
      principal,
      rack,
      fabricAddresses: [address],
      ...changes,
    });
    return { ...rest, node };
  };
  return { ...inventory, surveys: instances.map(surveyOf) };
}
