import { createHash } from 'node:crypto';

const length = 12;

/**
 * The run of an execution: twelve characters a–z and 0–9, the same for every retry and redrive of it.
 * Short, for it goes into an iptables chain name, which ends at 28 characters.
 */
export function runIdOf(execution: string): string {
  const hash = BigInt(`0x${createHash('sha256').update(execution).digest('hex')}`);
  return (hash % 36n ** BigInt(length)).toString(36).padStart(length, '0');
}
