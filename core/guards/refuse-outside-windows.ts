import type { Experiment } from '../experiment.ts';
import { Refusal } from '../refusal.ts';
import { isAllowed, nextOpening, timeIn } from '../windows.ts';
import type { AllowedWindow, Span } from '../windows.ts';

/**
 * Holds a run, from now until its deadline, against the windows of the deployment and of its experiment.
 *
 * @throws Refusal that names the next time at which all of it would fit.
 */
export function refuseOutsideWindows(
  { name, allowedWindows = [] }: Pick<Experiment, 'name' | 'allowedWindows'>,
  span: Span,
  ofDeployment: readonly AllowedWindow[],
): void {
  const lists = [ofDeployment, allowedWindows];
  if (lists.every((windows) => isAllowed(span, windows))) return;
  const seconds = Math.ceil((span.endAt - span.startAt) / 1000);
  const opening = nextOpening(span.startAt, span.endAt - span.startAt, lists);
  const [first] = lists.flat();
  const next =
    opening === undefined
      ? 'none that has within two weeks'
      : `the next one that has at ${timeIn(first?.timeZone ?? 'UTC', opening)}`;
  throw new Refusal(
    `Cannot start ${name} now as an allowed window must have room for ${seconds} s, until its deadline: found ${next}`,
  );
}
