import { nodesOf } from './inventory.ts';
import type { Instance, Inventory, Survey } from './inventory.ts';
import { Refusal } from './refusal.ts';

/** What a node of Aerospike said of itself. */
export type NodeSurvey = NonNullable<Survey['node']>;

/** A namespace as its cluster's nodes have it. */
export type Namespace = NonNullable<NodeSurvey['namespaces']>[number];

/**
 * The namespaces that nodes told of, each once: where nodes differ with the fewest copies, and as strong
 * where any says so.
 */
export function namespacesOf(inventory: Inventory): Namespace[] {
  const told = nodesOf(inventory).flatMap(
    ({ id }) => nodeSurveyOf(id, inventory)?.namespaces ?? [],
  );
  return [...Map.groupBy(told, ({ name }) => name)].map(([name, alike]) => ({
    name,
    replicationFactor: Math.min(...alike.map(({ replicationFactor }) => replicationFactor)),
    strong: alike.some(({ strong }) => strong),
  }));
}

/** What a host said of itself, if it was asked and answered. */
export function surveyOf(instanceId: string, { surveys = [] }: Inventory): Survey | undefined {
  return surveys.find((survey) => survey.instanceId === instanceId);
}

/** What the node on this instance said of itself, if it answered. */
export const nodeSurveyOf = (instanceId: string, inventory: Inventory): NodeSurvey | undefined =>
  surveyOf(instanceId, inventory)?.node;

/** The addresses of an instance: those EC2 knows, and those its node says fabric listens on. */
export function addressesOf({ id, addresses }: Instance, inventory: Inventory): string[] {
  const fabric = nodeSurveyOf(id, inventory)?.fabricAddresses ?? [];
  return [...new Set([...addresses, ...fabric.filter(isOfHost)])];
}

/** Neither a name, nor of the loopback, nor any. */
const isOfHost = (address: string): boolean =>
  /^[0-9a-f.:]{2,39}$/.test(address) && !/^(127\.|::1$|0\.|::$)/.test(address);

/**
 * The node that leads the cluster, as all nodes that answered say.
 *
 * @throws Refusal where none answered, they disagree, or whom they name is none of the cluster's.
 */
export function principalOf(inventory: Inventory): Instance {
  const nodes = nodesOf(inventory);
  const answers = nodes.flatMap((node) => {
    const survey = nodeSurveyOf(node.id, inventory);
    return survey === undefined ? [] : [{ node, survey }];
  });
  const named = new Set(answers.map(({ survey }) => survey.principal.toUpperCase()));
  const leader = answers.find(({ survey }) => named.has(survey.id.toUpperCase()))?.node;
  if (named.size === 1 && leader !== undefined) return leader;
  const said = answers.map(({ node, survey }) => `${node.name} says ${survey.principal}`);
  throw new Refusal(
    `Cannot find the principal of "${inventory.cluster}" as its nodes must name one of them: found ${said.slice(0, 6).join(', ') || 'no node that answered'}`,
  );
}

/**
 * Every node of a rack, by its own word.
 *
 * @throws Refusal where a node did not tell its rack, or none is in this one.
 */
export function nodesOfRack(rack: number, inventory: Inventory): Instance[] {
  const nodes = nodesOf(inventory);
  const rackOf = ({ id }: Instance): number | undefined => nodeSurveyOf(id, inventory)?.rack;
  const silent = nodes.filter((node) => rackOf(node) === undefined);
  if (silent.length > 0) {
    throw new Refusal(
      `Cannot target rack ${rack} as every node must say one rack for all its namespaces: found none said by ${silent
        .slice(0, 6)
        .map(({ name }) => name)
        .join(', ')}`,
    );
  }
  const found = nodes.filter((node) => rackOf(node) === rack);
  if (found.length > 0) return found;
  const known = [...new Set(nodes.map(rackOf))].join(', ');
  throw new Refusal(
    `Cannot target rack ${rack} as it must hold a node: found nodes only in ${known}`,
  );
}
