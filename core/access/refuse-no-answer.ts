import type { Experiment } from '../experiment.ts';
import { nodesOf } from '../inventory.ts';
import type { Inventory } from '../inventory.ts';
import { Refusal } from '../refusal.ts';
import { nodeSurveyOf, surveyOf } from '../surveyed.ts';

/**
 * Where questions need access, or a node says that they would, every node must have answered for itself: a
 * run whose looks are all silent would prove nothing.
 *
 * @param unasked Instance id → why a host could not be asked, or not be given what it needs.
 * @throws Refusal that says what would change it; nothing was touched.
 */
export function refuseNoAnswer(
  { name, access }: Experiment,
  inventory: Inventory,
  unasked: Readonly<Record<string, string>>,
): void {
  const silent = nodesOf(inventory).filter(({ id }) => nodeSurveyOf(id, inventory) === undefined);
  for (const node of silent) {
    const { findings = [] } = surveyOf(node.id, inventory) ?? {};
    const told = findings.find(({ says }) => says.startsWith('Cannot ask the node'))?.says;
    const isOfAccess = told?.includes('access.login') === true;
    if (access === undefined && !isOfAccess) continue;
    const found = unasked[node.id] ?? told ?? 'it did not answer';
    throw new Refusal(
      `Cannot plan ${name} as every node must answer: found ${node.name} silent, for ${reasonIn(found)}`,
    );
  }
}

/** What a refusal within this one says must be and was found, as the end of a sentence in the house grammar. */
const reasonIn = (reason: string): string =>
  reason
    .replaceAll(/\s+/g, ' ')
    .replace(/^Cannot .*? as /, '')
    .replace(/[ .]+$/, '')
    .replace(/: found (.*)$/, ' (found $1)');
