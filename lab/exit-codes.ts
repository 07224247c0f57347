import { exitCodeOf } from '../core/report.ts';

/** Exit codes beside those of a report's outcome. Documented, never renumbered. */
export const exitCodes = {
  refused: exitCodeOf('refused'),
  notClean: exitCodeOf('not-clean'),
  bug: exitCodeOf('broken'),
  interrupted: 130,
} as const;
