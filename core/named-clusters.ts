import * as z from 'zod';
import { Refusal } from './refusal.ts';

/**
 * The clusters that a deployment is for. IAM holds to them, too, but only where something is changed: a run or
 * an audit of another is refused before anything is written.
 */

/** The value of the tag `aerofault:cluster`. */
const clusterPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
export const ClusterName = z.string().regex(clusterPattern);

/** Most names that are told of a list that may be long. */
const toldMax = 3;

/** Names from outside data, for a deployment. @throws Refusal where one could never be meant. */
export function usefulClusters(names: readonly string[]): readonly string[] {
  const wrong = names.find((name) => !clusterPattern.test(name));
  if (wrong === undefined && names.length > 0) return names;
  const must =
    wrong === undefined
      ? 'one at least must be named: found none'
      : `every name must match ${clusterPattern.source}: found ${JSON.stringify(wrong)}`;
  throw new Refusal(`Cannot deploy for these clusters as ${must}`);
}

/** Why a deployment does not touch a cluster, as the end of a sentence; undefined: it does. */
export function foreignTo(
  ofDeployment: readonly string[] | undefined,
  cluster: string,
): string | undefined {
  if (ofDeployment === undefined || ofDeployment.includes(cluster)) return undefined;
  return `this deployment must be for it: found that it is for ${told(ofDeployment)}`;
}

function told(names: readonly string[]): string {
  const more = names.length - toldMax;
  const first = names.slice(0, toldMax).join(', ');
  return more > 0 ? `${first} and ${more} more` : first;
}
