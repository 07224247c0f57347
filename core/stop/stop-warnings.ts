import type { Experiment } from '../experiment.ts';
import { partsOf } from '../experiment-parts.ts';
import type { Inventory } from '../inventory.ts';
import type { Plan } from '../plan/plan.ts';
import { namespacesOf } from '../surveyed.ts';

type Planned = Pick<Plan, 'prediction' | 'parts'>;

/** What every partition of one namespace is, on a node that serves nobody. */
const partitions = 4096;

/**
 * What an operator should know where the fault itself is likely to bring about what stops it. It is no
 * contradiction: to see when that comes may be the question.
 */
export function stopWarnings(
  plan: Planned,
  experiment: Experiment,
  inventory: Inventory,
): string[] {
  const { stopOn = {} } = experiment;
  const sizes = [
    plan.prediction.clusterSizes,
    ...(plan.parts ?? []).map((one) => one.clusterSizes),
  ];
  const isOrphaning = sizes.some((all) => all.includes(0));
  const isSplitting = sizes.some((all) => all.length > 1);
  const strong = namespacesOf(inventory).find((one) => one.strong);
  const { unavailablePartitions: most = Infinity } = stopOn;
  return [
    ...(stopOn.orphanedNodes === true && isOrphaning
      ? [
          'this fault leaves nodes in no cluster: orphanedNodes is likely to stop it after about 10 s',
        ]
      : []),
    ...(isOrphaning && most < partitions
      ? ['nodes in no cluster call every partition unavailable: that is likely to stop it']
      : []),
    ...(isSplitting && strong !== undefined && most < partitions
      ? [
          `a split makes partitions of ${strong.name} unavailable: that is likely to stop it at once`,
        ]
      : []),
    ...lagWarnings(experiment),
  ];
}

/** What is not shipped waits, and the lag grows with the hold. */
function lagWarnings(experiment: Experiment): string[] {
  const { xdrLagSeconds = Infinity } = experiment.stopOn ?? {};
  const isUnshipped = partsOf(experiment).some(({ experiment: { fault }, window }) => {
    const seconds = (window.endMs - window.startMs) / 1000;
    return ['xdr-cut', 'xdr-pause'].includes(fault.kind) && seconds > xdrLagSeconds;
  });
  return isUnshipped
    ? [
        `what is not shipped lags behind: xdrLagSeconds is likely to stop it after ${xdrLagSeconds} s`,
      ]
    : [];
}
