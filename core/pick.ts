import type { Instance } from './inventory.ts';
import { Refusal } from './refusal.ts';

/**
 * Finds instances by name tag, id or address, each once and in the order named.
 *
 * @throws Refusal for a name that no instance, or more than one, answers to.
 */
export function pick(
  names: readonly string[],
  among: readonly Instance[],
  noun: 'node' | 'client' | 'destination',
): Instance[] {
  const found = names.map((name) => {
    const matches = among.filter(({ id, name: own, address }) => [id, own, address].includes(name));
    const [match] = matches;
    if (match === undefined || matches.length > 1) {
      const known = among.map(({ name: own }) => own).join(', ') || 'none';
      throw new Refusal(
        `Cannot target ${noun} "${name}" as it must name exactly one ${noun}: found ${matches.length} among ${known}`,
      );
    }
    return match;
  });
  return [...new Set(found)];
}
