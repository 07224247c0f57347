import type { JournalWrite } from '../../core/journal.ts';

const kinds = [
  'create',
  'begin',
  'arm',
  'intend',
  'intend-undo',
  'settle',
  'close',
  'stick',
  'finish',
  'reopen-restore',
] as const satisfies readonly JournalWrite['kind'][];

/** What tells one write of a kind from another, in 16 bits: the step, who attempts (or the version), the tick. */
export function writeNumber(
  kind: JournalWrite['kind'],
  { step = 0, slot = 0, tick = 0 }: { step?: number; slot?: number; tick?: number },
): number {
  return ((kinds.indexOf(kind) * 4 + step) * 16 + slot) * 64 + tick;
}

/** A step's id in the journal. */
export const stepId = (step: number): string => `s${step}`;
