import type { Instance } from '../inventory.ts';
import { hostsOfTextMax, isTellable } from './question-texts.ts';

/**
 * Where each node listens for clients, as survey.sh is told: one text for up to fifty nodes, of which each takes
 * its own section, so that they are asked by one SSM command. By instance id; a node that could not be told
 * from the others has a text of its own.
 */
export function infoTexts(nodes: readonly Instance[], port: number): Map<string, string> {
  const texts = new Map<string, string>();
  for (const { id, address } of nodes) texts.set(id, `${address}/${port}`);
  const together = nodes.filter((node) => isTellable(node) && isUnique(node, nodes));
  for (let first = 0; together.length - first > 1; first += hostsOfTextMax) {
    const some = together.slice(first, first + hostsOfTextMax);
    const text = some.map(({ id, address }) => `${id}@${address}=${port}`).join(';');
    for (const { id } of some) texts.set(id, text);
  }
  return texts;
}

const isUnique = ({ address }: Instance, nodes: readonly Instance[]): boolean =>
  nodes.filter((one) => one.address === address).length === 1;
