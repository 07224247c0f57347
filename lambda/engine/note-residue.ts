import { touchedBy, residueOf } from '../../core/residue.ts';
import type { NetworkNow, Touched } from '../../core/residue.ts';
import type { RunItem } from '../../core/journal.ts';
import type { Gateways, PlanRecord } from '../gateways.ts';
import { awaitAll } from './await-all.ts';
import { elsewhere } from './elsewhere.ts';
import { idsOf } from './marks.ts';

/**
 * Compares what the run touched with what it was before, and notes what differs, ours and others' apart.
 * `says` are others' doings that the last look came upon, such as instances that they have ended. Notes
 * nothing where the run is of another account than we act in by now; it has touched nothing then.
 */
export async function noteResidue(
  run: RunItem,
  { says, ...record }: PlanRecord & { readonly says: readonly string[] },
  gateways: Gateways,
): Promise<void> {
  if (elsewhere(run, record, gateways) !== undefined) return;
  const { journal, clock } = gateways;
  const { inventory, plan } = record;
  const steps = plan.steps.filter(({ id }) => id in run.intents);
  const now = await networkNow(run, touchedBy(plan.steps), gateways);
  const differences = residueOf({ before: inventory, steps, runId: run.runId }, now);
  const others = [...differences.others, ...says];
  await journal.note(run.runId, { kind: 'residue', at: clock.now(), ...differences, others });
}

async function networkNow(
  run: RunItem,
  { groupIds, interfaceIds, subnetIds, makesGroups, makesAcls }: Touched,
  { network }: Gateways,
): Promise<NetworkNow> {
  const groups = await eachOf(groupIds, (id) => network.rules(id));
  const interfaces = await eachOf(interfaceIds, (id) => network.groupsOn(id));
  const acls = await eachOf(subnetIds, (id) => network.aclOf(id));
  const madeGroups = makesGroups ? await network.groupsMadeBy(run.runId) : [];
  const madeAcls = makesAcls ? await network.aclsMadeBy(idsOf(run)) : [];
  return { groups, interfaces, acls, made: [...madeGroups, ...madeAcls].map(({ id }) => id) };
}

async function eachOf<Seen>(
  ids: readonly string[],
  ask: (id: string) => Promise<Seen>,
): Promise<Map<string, Seen>> {
  return new Map(await awaitAll(ids.map(async (id) => [id, await ask(id)] as const)));
}
