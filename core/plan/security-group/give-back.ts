import { contains } from '../../address.ts';
import type { Block } from '../../address.ts';
import type { Interface, Peer, RuleSpec, SecurityGroup } from '../../inventory.ts';
import { Refusal } from '../../refusal.ts';
import { allowanceKey } from '../../allowance.ts';
import { groupNamesOf, temporaryId, temporaryName } from '../../step.ts';
import type { Filters } from '../filters.ts';
import { newRule } from './draft.ts';
import type { DraftRequest } from './draft.ts';
import { admitsTcp, rangesOf } from './ports.ts';
import { refuseInterface, refuseTooManySides } from './refusals.ts';
import { classesOf } from './relation.ts';
import type { InterfaceClass } from './relation.ts';
import { blockOf, peerOf } from './subtraction.ts';

/**
 * Gives back what {@link cutRules} took from those who should keep it: a temporary group for each class
 * of interfaces, which admits just that. Sides refer to each other's temporary groups where they can, so
 * that one rule does for a side of any size; else to addresses.
 */
export function giveBack(cut: Filters, before: Filters, request: DraftRequest): Filters {
  const changed = new Set(
    cut.groups.filter((group) => isChanged(group, before)).map(({ id }) => id),
  );
  // Who left a group is missed wherever a rule names it.
  const hasMoved = cut.interfaces !== before.interfaces;
  const concerned = cut.interfaces.filter(
    ({ groupIds }) => hasMoved || groupIds.some((id) => changed.has(id)),
  );
  const lost = new Losses(cut, before, request);
  const losing: LosingClass[] = [];
  for (const one of classesOf(concerned, request.relation)) {
    const losses = lost.by(one);
    if (losses.size > 0) losing.push({ ...one, losses });
    refuseTooManySides(losing.length);
  }
  return losing.length === 0 ? cut : withGroups(cut, losing, request);
}

function isChanged(group: SecurityGroup, before: Filters): boolean {
  const was = before.groups.find(({ id }) => id === group.id);
  return (
    was === undefined ||
    was.rules.length !== group.rules.length ||
    was.rules.some((rule, index) => rule !== group.rules[index])
  );
}

/** What a sender may no longer dial: everything, or these TCP ports. */
type Loss = string;
const everything: Loss = 'all';

interface LosingClass extends InterfaceClass {
  /** Loss → the senders that suffer it, by interface and address. */
  readonly losses: ReadonlyMap<Loss, readonly Sender[]>;
}

interface Sender {
  readonly from: Interface;
  readonly block: Block;
}

type Match = (sender: Sender) => boolean;

/** A rule with its peer resolved. */
interface Admission {
  readonly spec: RuleSpec;
  readonly admits: Match;
}

/** Finds what interfaces lost that they should have kept. */
class Losses {
  readonly #cut: Filters;
  readonly #before: Filters;
  readonly #request: DraftRequest;
  readonly #senders: readonly Sender[];

  constructor(cut: Filters, before: Filters, request: DraftRequest) {
    this.#cut = cut;
    this.#before = before;
    this.#request = request;
    const ids = new Set(request.cuts.flatMap(({ from }) => from));
    this.#senders = cut.interfaces
      .filter(({ instanceId = '' }) => ids.has(instanceId))
      .flatMap((from) => from.addresses.map((address) => ({ from, block: blockOf(address) })));
  }

  by(receivers: InterfaceClass): Map<Loss, Sender[]> {
    const losses = new Map<Loss, Sender[]>();
    const [first] = receivers.interfaces;
    const original = this.#before.interfaces.find(({ id }) => id === first?.id);
    if (first === undefined || original === undefined) return losses;
    const was = this.#admissions(this.#before, original);
    const is = this.#admissions(this.#cut, first);
    for (const sender of this.#senders) {
      if (receivers.senders.has(sender.from.instanceId ?? '')) continue;
      if (receivers.interfaces.length === 1 && sender.from === first) continue;
      const loss = this.#lossOf(sender, was, is);
      if (loss === undefined) continue;
      const known = losses.get(loss);
      if (known === undefined) losses.set(loss, [sender]);
      else known.push(sender);
    }
    return losses;
  }

  /** Rules that matter to the cut ports, of the groups an interface holds. */
  #admissions(filters: Filters, { groupIds }: Interface): Admission[] {
    return filters.groups
      .filter(({ id }) => groupIds.includes(id))
      .flatMap(({ rules }) => rules)
      .filter(
        ({ direction, spec }) =>
          direction === 'ingress' && this.#request.ports.some((port) => admitsTcp(spec, port)),
      )
      .map(({ spec }) => ({ spec, admits: matchOf(spec.peer, filters) }));
  }

  #lossOf(sender: Sender, was: readonly Admission[], is: readonly Admission[]): Loss | undefined {
    const before = was.filter(({ admits }) => admits(sender));
    const now = is.filter(({ admits }) => admits(sender));
    const all = ({ spec }: Admission): boolean => spec.protocol === '-1';
    if (before.some(all) && !now.some(all)) return everything;
    const on = (rules: readonly Admission[], port: number): boolean =>
      rules.some(({ spec }) => admitsTcp(spec, port));
    const ports = this.#request.ports.filter((port) => on(before, port) && !on(now, port));
    return ports.length === 0 ? undefined : ports.join();
  }
}

function matchOf(peer: Peer, { interfaces, prefixLists }: Filters): Match {
  switch (peer.kind) {
    case 'ipv4':
    case 'ipv6':
      return inside([peer.cidr]);
    case 'group': {
      const members = interfaces.filter(({ groupIds }) => groupIds.includes(peer.groupId));
      const ids = new Set(members.map(({ id }) => id));
      return ({ from }) => ids.has(from.id);
    }
    case 'prefix-list':
      return inside(prefixLists.find(({ id }) => id === peer.prefixListId)?.cidrs ?? []);
  }
}

function inside(cidrs: readonly string[]): Match {
  const blocks = cidrs.map(blockOf);
  return ({ block }) => blocks.some((one) => contains(one, block));
}

function withGroups(cut: Filters, losing: readonly LosingClass[], request: DraftRequest): Filters {
  const made = cut.groups.filter(({ id }) => temporaryName(id) !== undefined).length;
  const sides = losing.map((one, index) => ({
    ...one,
    groupId: heldTemporary(one) ?? temporaryId(`${groupNamesOf(request.runId)}${made + index + 1}`),
  }));
  const groups = sides.map((side) => groupOf(side, sides, { cut, request }));
  const given = new Map(
    sides.flatMap((side) => side.interfaces.map((one) => [one.id, side.groupId])),
  );
  const replaced = new Set(groups.map(({ id }) => id));
  return {
    ...cut,
    groups: [...cut.groups.filter(({ id }) => !replaced.has(id)), ...groups],
    interfaces: cut.interfaces.map((one) => withGroup(one, given.get(one.id), request)),
  };
}

/** The temporary group that a moved class has already: it holds all that the class may admit. */
function heldTemporary({ groupIds }: InterfaceClass): string | undefined {
  return groupIds.find((id) => temporaryName(id) !== undefined);
}

function withGroup(one: Interface, groupId: string | undefined, request: DraftRequest): Interface {
  if (groupId === undefined || one.groupIds.includes(groupId)) return one;
  refuseInterface(one, request.inventory);
  return { ...one, groupIds: [...one.groupIds, groupId] };
}

type Side = LosingClass & { readonly groupId: string };

function groupOf(
  side: Side,
  sides: readonly Side[],
  { cut, request }: { cut: Filters; request: DraftRequest },
): SecurityGroup {
  const existing = cut.groups.find(({ id }) => id === side.groupId);
  const rules = existing?.rules ?? [];
  const specs = [...side.losses].flatMap(([loss, senders]) =>
    peersOf(senders, side, sides).flatMap((peer) => specsOf(loss, peer)),
  );
  const taken = new Set(rules.map(({ spec }) => allowanceKey(spec)));
  const wanted = new Map(specs.map((spec) => [allowanceKey(spec), spec]));
  const missing = [...wanted].filter(([key]) => !taken.has(key));
  const added = missing.map(([, spec], index) =>
    newRule(spec, { groupId: side.groupId, index: rules.length + index }, request.runId),
  );
  const [first] = side.interfaces;
  return {
    id: side.groupId,
    name: temporaryName(side.groupId) ?? '',
    vpcId: first?.vpcId ?? '',
    ownerId: cut.groups[0]?.ownerId ?? '',
    tags: {},
    ...existing,
    rules: [...rules, ...added],
  };
}

function specsOf(loss: Loss, peer: Peer): RuleSpec[] {
  if (loss === everything) return [{ protocol: '-1', peer }];
  const ports = loss.split(',').map(Number);
  return rangesOf(ports).map((range) => ({ protocol: 'tcp', ...range, peer }));
}

/**
 * Senders as peers: every side that lies wholly among them by its group, the others by address. A side
 * may name itself, for an interface does not meet a group when it talks to itself.
 */
function peersOf(senders: readonly Sender[], own: Side, sides: readonly Side[]): Peer[] {
  const wanted = new Map<string, Set<Block>>();
  for (const { from, block } of senders) {
    wanted.set(from.id, (wanted.get(from.id) ?? new Set()).add(block));
  }
  const isWanted = (one: Interface): boolean => wanted.get(one.id)?.size === one.addresses.length;
  const whole = sides.filter((side) => side.interfaces.every(isWanted));
  const covered = new Set(whole.flatMap(({ interfaces }) => interfaces.map(({ id }) => id)));
  const byGroup = whole.map(({ groupId }): Peer => ({ kind: 'group', groupId }));
  const byAddress = senders
    .filter(({ from }) => !covered.has(from.id))
    .map(({ block }) => peerOf(block));
  refuseTooMany(byAddress, own);
  return [...byGroup, ...byAddress];
}

const addressesMax = 50;

function refuseTooMany(peers: readonly Peer[], { interfaces }: Side): void {
  if (peers.length <= addressesMax) return;
  throw new Refusal(
    `Cannot give ${interfaces.length} interface(s) a group of their own as it must name at most ${addressesMax} addresses to express what they keep: found ${peers.length}; use the mechanism iptables, or groups of their own for these machines`,
  );
}
