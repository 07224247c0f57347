import { setTimeout as sleep } from 'node:timers/promises';
import { refusalOf } from './refusal.ts';

/** Something that was made, and how to remove it. */
export interface Removable {
  readonly id: string;
  readonly remove: () => Promise<unknown>;
}

type Refused = Removable & { readonly code: string };

/**
 * Removes things in order, and tells those that could not be removed, with the reason. What still hangs on to
 * something else is tried again after the rest, and then every second for `patienceMs`.
 */
export async function removeAll(
  things: readonly Removable[],
  patienceMs: number,
): Promise<readonly string[]> {
  const giveUpAt = Date.now() + patienceMs;
  let before = things;
  for (;;) {
    const refused = await refusedOf(before);
    const isStuck = refused.length === before.length;
    if (refused.length === 0 || (isStuck && Date.now() >= giveUpAt)) {
      return refused.map(({ id, code }) => `${id} (${code})`);
    }
    if (isStuck) await sleep(1_000);
    before = refused;
  }
}

async function refusedOf(things: readonly Removable[]): Promise<Refused[]> {
  const refused: Refused[] = [];
  for (const { id, remove } of things) {
    const code = await refusalOf(remove());
    if (code !== undefined && !code.endsWith('.NotFound')) refused.push({ id, remove, code });
  }
  return refused;
}
