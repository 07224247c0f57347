/** Exit codes of the command line. Documented, never renumbered; those of a report are core/report.ts's. */
export const exitCodes = {
  unfit: 1,
  refused: 2,
  stuck: 3,
  denied: 4,
  goesOn: 5,
  bug: 70,
  unavailable: 75,
  interrupted: 130,
} as const;

/** What each means, for `aerofault help exit-codes`. */
export const exitCodeLines: readonly string[] = [
  '0    every verdict confirmed and clean; or the question has a good answer',
  '1    ended clean, but a verdict was refuted or inconclusive; or a host is not fit, an audit differs',
  '2    refused or bad input; nothing was touched',
  '3    not clean or stuck: a person is needed',
  '4    no credentials or permission',
  '5    stopped watching, or not watched to the end: the run goes on',
  '70   broken, or a bug in aerofault',
  '75   AWS cannot be reached, or does not serve the request now: repeat the command',
  '130  Ctrl-C before anything was started',
];
