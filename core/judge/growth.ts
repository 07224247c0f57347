import type { PlanPart } from '../plan/plan.ts';
import { beingOf } from '../probe/windows.ts';
import type { Finding } from '../verdict.ts';
import { nameOf } from './answers.ts';
import { guardOf, readingsOf } from './looks.ts';
import type { Looks, Reading } from './looks.ts';

/**
 * Rules that count while they should be off are in force then, whatever dials met. Between two readings of
 * one host the part must have been off all the time, and before the first one since ever.
 */
export function growthFindings(part: PlanPart, seen: Looks): Finding[] {
  return readingsOf(part.part, seen).flatMap((readings) =>
    readings.flatMap((reading, index) => grewOff(part, readings[index - 1], reading, seen)),
  );
}

function grewOff(
  part: PlanPart,
  before: Reading | undefined,
  now: Reading,
  seen: Looks,
): Finding[] {
  const grown = now.hit - (before?.hit ?? 0);
  const startMs = before?.span.startMs ?? -Infinity;
  const between = { startMs, endMs: now.span.endMs };
  if (grown <= 0 || beingOf(part, between, guardOf(seen)) !== 'off') return [];
  const saw = `rules on ${nameOf(now.from, seen.subject)} stopped ${grown} packets while it is off`;
  return [{ answer: 'refuted', saw }];
}
