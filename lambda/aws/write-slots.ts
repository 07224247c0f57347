import { randomBytes } from 'node:crypto';
import type { Signature } from './run-update.ts';

/** Lends each write in flight a slot of its own on the run item. */
export interface WriteSlots {
  sign<Result>(write: (signature: Signature) => Promise<Result>): Promise<Result>;
}

/**
 * The slots of one process. A slot holds the id of the last write made through it, and is lent to one
 * write at a time, so it still names a write whose answer was lost, whatever others wrote since; a single
 * `lastWrite` would not. An item grows by one slot a process (more when it writes side by side), not by
 * one id a write: a run that stays stuck for weeks must not fill its item.
 */
export function writeSlots(): WriteSlots {
  const process = randomBytes(6).toString('base64url');
  const lent = new Set<number>();
  return {
    async sign(write) {
      const slot = firstFree(lent);
      lent.add(slot);
      try {
        return await write({
          slot: `${process}.${slot}`,
          id: randomBytes(9).toString('base64url'),
        });
      } finally {
        lent.delete(slot);
      }
    },
  };
}

function firstFree(lent: ReadonlySet<number>): number {
  let slot = 0;
  while (lent.has(slot)) slot += 1;
  return slot;
}
