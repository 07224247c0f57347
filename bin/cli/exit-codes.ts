/** Exit codes of the command line. Documented, never renumbered; those of a report are core/report.ts's. */
export const exitCodes = {
  unfit: 1,
  refused: 2,
  stuck: 3,
  denied: 4,
  goesOn: 5,
  bug: 70,
} as const;
