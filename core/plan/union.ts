import { within } from '../cut.ts';
import type { Cut } from '../cut.ts';

/** Cuts that together stop what these stop; no connection is in two of them. */
export function unionOf(cuts: readonly Cut[]): Cut[] {
  const union: Cut[] = [];
  for (const cut of cuts) union.push(...without(cut, union));
  return union;
}

/** The cut without what others stop: whole where they stop nothing of it. */
function without(cut: Cut, others: readonly Cut[]): Cut[] {
  const isStopped = within(others);
  const parts = cut.to.flatMap((to) =>
    cut.ports.map((port) => ({
      from: cut.from.filter((from) => !isStopped({ from, to, port })),
      to: [to],
      ports: [port],
    })),
  );
  if (parts.every(({ from }) => from.length === cut.from.length)) return [cut];
  return parts.filter(({ from }) => from.length > 0);
}
