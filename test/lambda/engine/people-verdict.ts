/**
 * What is wrong with a run that was lived through among people: ours must be gone, theirs kept, or the run
 * stuck and saying why; and whatever differs from before must be told. Written from docs/safety.md.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Rule } from '../../../core/inventory.ts';
import type { Step } from '../../../core/step.ts';
import { markOn } from '../../fakes/network-state.ts';
import type { NetworkState } from '../../fakes/network-state.ts';
import type { Unlike } from './as-if-no-run.ts';
import { runId } from './people-scene.ts';
import type { Lived } from './people-scene.ts';

/** Everything that is wrong, a sentence each. */
export function wrongsOf(lived: Lived): string[] {
  const { world, run } = lived;
  const endsWrong =
    run === undefined || run.life === 'final' ? finalWrongs(lived) : stuckWrongs(lived);
  return [...world.breaches, ...endsWrong, ...silences(lived)];
}

function finalWrongs(lived: Lived): string[] {
  const left = [...lived.world.machines].flatMap(([id, { parts }]) =>
    parts.size > 0 ? [`final, and something stands on ${id}`] : [],
  );
  return [
    ...left,
    ...lived.peace
      .unlike()
      .filter((unlike) => !isExcused(unlike, lived))
      .map(({ says }) => `final, and ${says}`),
  ];
}

/**
 * Two excuses: nobody can compare and set, so what changed between a question and the change that rests on
 * it may be lost; and where people took a mark or a witness away, the run may not know its own, but must
 * report it: as residue, or where a rule has lost every mark, as one that others have made theirs.
 */
function isExcused({ things }: Unlike, { overwritten, report, deeds, world, run }: Lived): boolean {
  if (things.some((id) => overwritten.has(id))) return true;
  const finalAt = run?.finalAt ?? Infinity;
  const hasTouchedOurs = deeds.some(
    ({ things: touched, at }) =>
      at <= finalAt && touched.some((id) => /born|eni-/.test(id) || world.network.wasMarked(id)),
  );
  // A run that is stuck tells what is left of it once it is final.
  const [id = '?'] = things;
  const rules = world.network.now.groups.flatMap((group) => group.rules);
  const isAdopted = rules.some((rule) => rule.id === id && markOn(rule) === undefined);
  const lines = [...(report?.residue ?? []), ...(isAdopted ? (report?.others ?? []) : [])];
  const isTold = lines.some((line) => line.includes(id));
  return hasTouchedOurs && (isTold || run?.life !== 'final');
}

function stuckWrongs(lived: Lived): string[] {
  const { run, steps } = lived;
  const named = run?.stuckSteps ?? [];
  if (named.length === 0) return [`the run is ${run?.life} and says nothing of why`];
  const stuck = steps.filter(({ id }) => named.some(({ stepId }) => stepId === id));
  const groundless = stuck.filter((step) => !isBlocked(step, lived));
  const held = new Set(stuck.flatMap(thingsOf));
  return [
    ...groundless.map(({ id }) => `stuck at ${id}, which nothing blocks`),
    ...lived.peace
      .unlike()
      .filter((unlike) => !unlike.things.some((id) => held.has(id)) && !isOfMade(unlike, lived))
      .filter((unlike) => !isExcused(unlike, lived))
      .map(({ says }) => `stuck elsewhere, and ${says}`),
  ];
}

/** A group or ACL that the run made, which a step knows only by its name; or what people put it on. */
const isOfMade = ({ things, says }: Unlike, { run }: Lived): boolean =>
  (things.some((id) => /^(sg|acl)-born/.test(id)) || /^eni-.* has .*sg-born/.test(says)) &&
  (run?.stuckSteps ?? []).some(({ stepId }) => /^(make-group|swap-acl)/.test(stepId));

function thingsOf(step: Step): string[] {
  const { groupId, interfaceId, subnetId, instanceId } = {
    groupId: '',
    interfaceId: '',
    subnetId: '',
    instanceId: '',
    ...step,
  };
  return [groupId, interfaceId, subnetId, instanceId].filter((id) => id !== '');
}

/** Whether people made it impossible: a silent host, a thing opted out, or ours in their use. */
function isBlocked(step: Step, { world, deeds }: Lived): boolean {
  const { groups, interfaces, acls } = world.network.now;
  const lacksTag = (id: string): boolean =>
    [...groups, ...interfaces, ...acls].some(
      (one) => one.id === id && !('aerofault:cluster' in one.tags),
    );
  const made = [...groups, ...acls].filter(({ id }) => /^(sg|acl)-born/.test(id));
  const isMadeHeld = made.some(
    ({ id, tags }) =>
      !('aerofault:cluster' in tags && 'aerofault:run' in tags) ||
      interfaces.some(({ groupIds }) => groupIds.includes(id)) ||
      groups.some(({ rules }) =>
        rules.some(({ spec: { peer } }) => peer.kind === 'group' && peer.groupId === id),
      ),
  );
  switch (step.kind) {
    case 'make-group':
    case 'swap-acl':
      return isMadeHeld;
    case 'attach-group':
    case 'detach-groups': {
      const held = interfaces.find(({ id }) => id === step.interfaceId)?.groupIds ?? [];
      const isBare = held.length > 0 && held.every((id) => id.startsWith('sg-born'));
      return lacksTag(step.interfaceId) || isBare;
    }
    case 'add-rules':
    case 'edit-rules':
    case 'revoke-rules':
      return (
        lacksTag(step.groupId) ||
        isMadeHeld ||
        deeds.some(({ things }) => things.includes(step.groupId))
      );
    case 'host-cut':
    case 'host-reroute':
    case 'host-route':
    case 'hold-service':
    case 'pause-xdr':
      return world.machines.get(step.instanceId)?.reachable === false;
    case 'sever':
    case 'end-pulse':
      return false;
  }
}

/** Whatever the last look could see that was not as before, and told nobody. */
function silences({ world, noted, notedAt, report, steps, run, deeds }: Lived): string[] {
  const before = world.journal.inventoryOf(runId);
  const { lagMs } = world.network;
  const isSettled = !deeds.some(({ at }) => at >= notedAt - lagMs - 1 && at <= notedAt + lagMs);
  if (before === undefined || noted === undefined || run?.life !== 'final' || !isSettled) return [];
  const told = [...(report?.residue ?? []), ...(report?.others ?? [])];
  const was: NetworkState = {
    groups: before.groups,
    interfaces: before.interfaces,
    acls: before.networkAcls,
    associations: {},
  };
  const touched = new Set(steps.flatMap(thingsOf));
  return differences(was, noted, touched)
    .filter((words) => !told.some((line) => words.every((word) => line.includes(word))))
    .map((words) => `nobody is told of ${words.join(' on ')}`);
}

/** Ids that a line must name, for each difference on what the run touched. */
function differences(
  was: NetworkState,
  is: NetworkState,
  touched: ReadonlySet<string>,
): string[][] {
  return [
    ...was.groups
      .filter(({ id }) => touched.has(id))
      .flatMap(({ id, rules }) => {
        const now = is.groups.find((one) => one.id === id)?.rules;
        return now === undefined ? [[id]] : ruleDifferences(rules, now);
      }),
    ...was.interfaces
      .filter(({ id }) => touched.has(id))
      .flatMap(({ id, groupIds }): string[][] => {
        const now = is.interfaces.find((one) => one.id === id)?.groupIds;
        if (now === undefined) return [[id]];
        const off = groupIds.filter((one) => !now.includes(one));
        const on = now.filter((one) => !groupIds.includes(one));
        return [...off, ...on].map((groupId) => [id, groupId]);
      }),
    ...was.acls
      .flatMap(({ id, subnetIds }) => subnetIds.map((subnetId) => ({ id, subnetId })))
      .filter(({ id, subnetId }) => touched.has(subnetId) && aclOn(is, subnetId) !== id)
      .map(({ subnetId }) => [subnetId]),
  ];
}

const aclOn = ({ acls }: NetworkState, subnetId: string): string | undefined =>
  acls.find(({ subnetIds }) => subnetIds.includes(subnetId))?.id;

const isAgain = (rule: Rule, others: readonly Rule[]): boolean =>
  others.some((one) => isDeepStrictEqual({ ...one, id: '' }, { ...rule, id: '' }));

/** A revoked rule is back under another id: that alone need not be told. */
function ruleDifferences(rules: readonly Rule[], now: readonly Rule[]): string[][] {
  const gone = rules.filter(({ id }) => !now.some((one) => one.id === id));
  const added = now.filter(({ id }) => !rules.some((one) => one.id === id));
  const changed = now.filter((rule) => {
    const old = rules.find(({ id }) => id === rule.id);
    return old !== undefined && !isDeepStrictEqual({ ...old }, { ...rule });
  });
  return [
    ...gone.filter((rule) => !isAgain(rule, added)),
    ...added.filter((rule) => !isAgain(rule, gone) || markOn(rule) !== undefined),
    ...changed,
  ].map(({ id }) => [id]);
}
