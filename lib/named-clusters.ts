import { Token } from 'aws-cdk-lib';
import { foreignTo, usefulClusters } from '../core/named-clusters.ts';
import { Refusal } from '../core/refusal.ts';

/**
 * The clusters that a deployment is for, as far as synth knows. Undefined: all; or some are known only when
 * it is deployed, as parameters are: then IAM alone holds to them.
 *
 * @throws Refusal where a name could never be meant.
 */
export function namedClusters(
  clusters: readonly string[] | undefined,
): readonly string[] | undefined {
  const isKnown =
    clusters !== undefined &&
    !Token.isUnresolved(clusters) &&
    !clusters.some((name) => Token.isUnresolved(name));
  return isKnown ? usefulClusters(clusters) : undefined;
}

/** @throws Refusal where what starts by the clock is for a cluster that the deployment does not touch. */
export function refuseForeign(
  id: string,
  asked: readonly string[],
  clusters: readonly string[] | undefined,
): void {
  for (const cluster of asked) {
    const must = foreignTo(clusters, cluster);
    if (must === undefined) continue;
    throw new Refusal(`Cannot schedule ${id} for cluster "${cluster}" as ${must}`);
  }
}
