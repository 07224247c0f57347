/**
 * IAM, as lib/network-statements.ts has it: nothing without the cluster's tag may be changed, and what a
 * run made only while it also bears the run's. Who takes a tag off takes a thing out of reach.
 */
import type { Answer } from '../../lambda/gateways.ts';
import type { Call, Intercept } from './intercept.ts';
import type { World } from './world.ts';

const clusterTag = 'aerofault:cluster';
const runTag = 'aerofault:run';

/** Refuses what IAM would. */
export const permitted =
  (world: World): Intercept =>
  async (call, proceed) => {
    const reason = reasonAgainst(call, world);
    const answer: Answer = { kind: 'refused', reason: `UnauthorizedOperation ${reason}` };
    return reason === undefined ? proceed() : answer;
  };

/** The tags that a change needs, and on which thing. A call that names no such thing needs none. */
const needs: Readonly<Record<string, readonly string[]>> = {
  addRules: [clusterTag],
  editRules: [clusterTag],
  removeRules: [clusterTag],
  setGroups: [clusterTag],
  deleteGroup: [clusterTag, runTag],
  addAclEntry: [clusterTag, runTag],
  deleteAcl: [clusterTag, runTag],
};

function reasonAgainst({ gateway, method, args }: Call, world: World): string | undefined {
  const { [method]: keys } = needs;
  if (gateway !== 'network' || keys === undefined) return undefined;
  const { groups, interfaces, acls } = world.network.now;
  const thing = [...groups, ...interfaces, ...acls].find(({ id }) => id === args[0]);
  const missing = keys.find((key) => thing !== undefined && !(key in thing.tags));
  return missing === undefined ? undefined : `${thing?.id} has no ${missing}`;
}
