/**
 * EC2 in memory, as strict as EC2 is: duplicates and unknown ids are refused, a batch is all or nothing,
 * an edit replaces the whole rule and leaves its id and tags, groups of an interface are replaced as a
 * set, what something refers to cannot be deleted. Describes may be told to lag. Long, because it is all
 * of one gateway; what can be told from a state alone is in network-state.ts.
 */
import type { AclEntry, Interface, Inventory, Rule, SecurityGroup } from '../../core/inventory.ts';
import type {
  AclOfSubnet,
  Answer,
  Clock,
  InstanceLife,
  Network,
  Trial,
  Tags,
} from '../../lambda/gateways.ts';
import { frozen } from './frozen.ts';
import { marksIn, placeOf } from './network-state.ts';
import type { NetworkState } from './network-state.ts';

/** Told of a run's mark that came onto a thing, or went from one. */
export interface MarkWatcher {
  readonly applied: (runId: string, where: string) => void;
  readonly undone: (runId: string, where: string) => void;
  /** After every change, marked or not. */
  readonly changed: () => void;
}

const runTag = 'aerofault:run';
const done: Answer = { kind: 'done' };
const refused = (reason: string): Answer => ({ kind: 'refused', reason });

/** Groups that one interface may hold (VPC quotas). */
const groupsPerInterfaceMax = 5;

type Group = Parameters<Network['makeGroup']>[0];
type Addition = Parameters<Network['addRules']>[1];
type Removal = Parameters<Network['removeRules']>[1];
type Edits = Parameters<Network['editRules']>[1];

export class FakeNetwork implements Network {
  readonly #clock: Clock;
  readonly #inventory: Inventory;
  readonly #watcher: MarkWatcher;
  readonly #history: { at: number; state: NetworkState }[];
  /** How stale every describe is, in milliseconds. */
  lagMs = 0;
  /** Why a change would not be permitted, if it would not. */
  forbids: (change: Trial) => string | undefined = () => undefined;
  /** Instances that are not there any more; all others are. */
  readonly lives = new Map<string, InstanceLife>();
  #born = 0;
  #othersBorn = 0;
  readonly #marked = new Set<string>();

  constructor(inventory: Inventory, { clock, ...watcher }: MarkWatcher & { clock: Clock }) {
    this.#inventory = inventory;
    this.#clock = clock;
    this.#watcher = watcher;
    const { groups, interfaces, networkAcls: acls } = structuredClone(inventory);
    const subnets = acls.flatMap(({ subnetIds }) => subnetIds);
    const associations = Object.fromEntries(subnets.map((id) => [id, `aclassoc-${id}`]));
    const state = frozen({ groups, interfaces, acls, associations });
    this.#history = [{ at: Number.NEGATIVE_INFINITY, state }];
  }

  /** How everything is now, whatever a describe would say. */
  get now(): NetworkState {
    return this.#stateAt(Number.POSITIVE_INFINITY);
  }

  /** How everything was in the beginning. */
  get origin(): NetworkState {
    return this.#stateAt(Number.NEGATIVE_INFINITY);
  }

  async lifeOf(instanceId: string): Promise<InstanceLife> {
    return this.lives.get(instanceId) ?? 'there';
  }

  /** Every machine is every cluster's here: only tags of things tell clusters apart. */
  async observe(cluster: string): Promise<Inventory> {
    const { groups, interfaces, acls } = structuredClone(this.now);
    return {
      ...this.#inventory,
      cluster,
      observedAt: this.#clock.now(),
      groups: [...groups],
      interfaces: [...interfaces],
      networkAcls: [...acls],
    };
  }

  async rules(groupId: string): Promise<Rule[] | undefined> {
    const group = this.#described.groups.find(({ id }) => id === groupId);
    return group && [...group.rules];
  }

  async addRules(groupId: string, { direction, rules, tags }: Addition): Promise<Answer> {
    const unknown = rules.find(
      ({ peer }) => peer.kind === 'group' && groupIn(this.now, peer.groupId) === undefined,
    );
    if (unknown !== undefined) return refused('InvalidGroup.NotFound');
    return this.#changeRules(groupId, (now) => [
      ...now,
      ...rules.map((spec): Rule => ({ id: this.#bear('sgr'), groupId, direction, spec, tags })),
    ]);
  }

  async editRules(groupId: string, edits: Edits): Promise<Answer> {
    const rules = groupIn(this.now, groupId)?.rules ?? [];
    const strange = edits.find(({ ruleId, during }) => {
      const rule = rules.find(({ id }) => id === ruleId);
      return rule === undefined || rule.spec.peer.kind !== during.peer.kind;
    });
    if (strange !== undefined) {
      return refused(`InvalidSecurityGroupRuleId.NotFound ${strange.ruleId}`);
    }
    return this.#changeRules(groupId, (now) =>
      now.map((rule) => {
        const edit = edits.find(({ ruleId }) => ruleId === rule.id);
        return edit === undefined ? rule : { ...rule, spec: edit.during };
      }),
    );
  }

  /** A rule that is gone already counts as removed: its id is never used again. */
  async removeRules(groupId: string, { direction, ruleIds }: Removal): Promise<Answer> {
    const rules = groupIn(this.now, groupId)?.rules ?? [];
    const strange = rules.find((one) => ruleIds.includes(one.id) && one.direction !== direction);
    if (strange !== undefined) {
      return refused(`InvalidSecurityGroupRuleId.NotFound ${strange.id}`);
    }
    return this.#changeRules(groupId, (now) => now.filter(({ id }) => !ruleIds.includes(id)));
  }

  async groupsMadeBy(runId: string): Promise<{ id: string; name: string }[]> {
    return this.#described.groups
      .filter(
        ({ tags: { [runTag]: run }, name }) =>
          run === runId || (run === undefined && name.startsWith(`aerofault-${runId}-`)),
      )
      .map(({ id, name }) => ({ id, name }));
  }

  async makeGroup({ name, vpcId, tags }: Group): Promise<Answer> {
    const { groups } = this.now;
    if (groups.some((group) => group.name === name && group.vpcId === vpcId)) {
      return refused(`InvalidGroup.Duplicate ${name}`);
    }
    const id = this.#bear('sg');
    const rules = ['0.0.0.0/0', '::/0'].map((cidr) => this.#openEgress(id, cidr));
    const group = { id, name, vpcId, ownerId: '123456789012', tags: { ...tags }, rules };
    return this.#become({ groups: [...groups, group] });
  }

  async deleteGroup(groupId: string): Promise<Answer> {
    const { groups, interfaces } = this.now;
    if (groupIn(this.now, groupId) === undefined) return done;
    const others = groups.filter(({ id }) => id !== groupId);
    const isReferred = others
      .flatMap(({ rules }) => rules)
      .some(({ spec: { peer } }) => peer.kind === 'group' && peer.groupId === groupId);
    const isHeld = interfaces.some(({ groupIds }) => groupIds.includes(groupId));
    return isReferred || isHeld
      ? refused(`DependencyViolation ${groupId}`)
      : this.#become({ groups: others });
  }

  async groupsOn(interfaceId: string): Promise<string[] | undefined> {
    const found = this.#described.interfaces.find(({ id }) => id === interfaceId);
    return found && [...found.groupIds];
  }

  async setGroups(interfaceId: string, groupIds: readonly string[]): Promise<Answer> {
    const { interfaces } = this.now;
    if (!interfaces.some(({ id }) => id === interfaceId)) {
      return refused(`InvalidNetworkInterfaceID.NotFound ${interfaceId}`);
    }
    if (groupIds.length === 0) return refused('InvalidParameterValue no groups');
    if (groupIds.length > groupsPerInterfaceMax) {
      return refused('SecurityGroupsPerInterfaceLimitExceeded');
    }
    if (groupIds.some((id) => groupIn(this.now, id) === undefined)) {
      return refused('InvalidGroup.NotFound');
    }
    return this.#become({
      interfaces: interfaces.map((one) =>
        one.id === interfaceId ? { ...one, groupIds: [...groupIds] } : one,
      ),
    });
  }

  async aclOf(subnetId: string): Promise<AclOfSubnet | undefined> {
    const { acls, associations } = this.#described;
    const acl = acls.find(({ subnetIds }) => subnetIds.includes(subnetId));
    const { [subnetId]: associationId } = associations;
    if (acl === undefined || associationId === undefined) return undefined;
    return { associationId, aclId: acl.id, tags: acl.tags };
  }

  async aclsMadeBy({
    runId,
    expires,
  }: Parameters<Network['aclsMadeBy']>[0]): ReturnType<Network['aclsMadeBy']> {
    return this.#described.acls
      .filter(
        ({ tags: { [runTag]: run, 'aerofault:expires': until } }) =>
          run === runId || (run === undefined && until === expires),
      )
      .map(({ id, tags, entries }) => ({ id, tags, entries: [...entries] }));
  }

  async makeAcl({ vpcId, tags }: { vpcId: string; tags: Tags }): Promise<Answer> {
    const id = this.#bear('acl');
    const acl = { id, vpcId, isDefault: false, subnetIds: [], entries: [], tags: { ...tags } };
    return this.#become({ acls: [...this.now.acls, acl] });
  }

  async addAclEntry(aclId: string, entry: AclEntry): Promise<Answer> {
    const acl = this.now.acls.find(({ id }) => id === aclId);
    if (acl === undefined) return refused(`InvalidNetworkAclID.NotFound ${aclId}`);
    const isTaken = acl.entries.some(
      ({ direction, number }) => direction === entry.direction && number === entry.number,
    );
    if (isTaken) return refused('NetworkAclEntryAlreadyExists');
    const entries = [...acl.entries, entry];
    return this.#become({
      acls: this.now.acls.map((one) => (one === acl ? { ...acl, entries } : one)),
    });
  }

  async associateAcl(associationId: string, aclId: string): Promise<Answer> {
    const { acls, associations } = this.now;
    const [subnetId] = Object.entries(associations).find(([, id]) => id === associationId) ?? [];
    if (subnetId === undefined) return refused(`InvalidAssociationID.NotFound ${associationId}`);
    if (!acls.some(({ id }) => id === aclId)) {
      return refused(`InvalidNetworkAclID.NotFound ${aclId}`);
    }
    return this.#become({
      associations: { ...associations, [subnetId]: this.#bear('aclassoc') },
      acls: acls.map((acl) => {
        const rest = acl.subnetIds.filter((id) => id !== subnetId);
        return { ...acl, subnetIds: acl.id === aclId ? [...rest, subnetId] : rest };
      }),
    });
  }

  async deleteAcl(aclId: string): Promise<Answer> {
    const { acls } = this.now;
    const acl = acls.find(({ id }) => id === aclId);
    if (acl === undefined) return done;
    return acl.isDefault || acl.subnetIds.length > 0
      ? refused(`DependencyViolation ${aclId}`)
      : this.#become({ acls: acls.filter((one) => one !== acl) });
  }

  async tryOut(change: Trial): Promise<Answer> {
    const reason = this.forbids(change);
    return reason === undefined ? done : refused(reason);
  }

  /** Somebody else, who knows nothing of runs, changes something: nobody is told whose it was. */
  othersChange(change: (now: NetworkState) => Partial<NetworkState>): void {
    this.#record(change(this.now));
    this.#watcher.changed();
  }

  /** Somebody else changes the rules of a group. */
  othersEdit(groupId: string, change: (rules: readonly Rule[]) => readonly Rule[]): void {
    this.othersChange(({ groups }) => ({ groups: withRules(groups, groupId, change) }));
  }

  /** Somebody else takes a rule away. */
  othersRemove(groupId: string, ruleId: string): void {
    this.othersEdit(groupId, (rules) => rules.filter(({ id }) => id !== ruleId));
  }

  /** Somebody else replaces the groups of an interface. */
  othersSetGroups(interfaceId: string, change: (now: readonly string[]) => string[]): void {
    this.othersChange(({ interfaces }) => ({
      interfaces: interfaces.map((one): Interface =>
        one.id === interfaceId ? { ...one, groupIds: change(one.groupIds) } : one,
      ),
    }));
  }

  get #described(): NetworkState {
    return this.#stateAt(this.#clock.now() - this.lagMs);
  }

  #stateAt(instant: number): NetworkState {
    const found = this.#history.findLast(({ at }) => at <= instant);
    if (found === undefined) throw new Error('no state');
    return found.state;
  }

  /** Whether a thing ever bore the mark of a run. */
  wasMarked(id: string): boolean {
    return this.#marked.has(id);
  }

  /** An id for a thing that somebody else makes. */
  born(what: string): string {
    this.#othersBorn += 1;
    return `${what}-${this.#othersBorn}`;
  }

  #bear(what: string): string {
    this.#born += 1;
    return `${what}-born-${this.#born}`;
  }

  #openEgress(groupId: string, cidr: string): Rule {
    const peer = { kind: cidr.includes(':') ? ('ipv6' as const) : ('ipv4' as const), cidr };
    const spec = { protocol: '-1', peer };
    return { id: this.#bear('sgr'), groupId, direction: 'egress', spec, tags: {} };
  }

  #changeRules(groupId: string, change: (now: readonly Rule[]) => readonly Rule[]): Answer {
    const { groups } = this.now;
    const group = groupIn(this.now, groupId);
    if (group === undefined) return refused(`InvalidGroup.NotFound ${groupId}`);
    const rules = change(group.rules);
    const keys = rules.map(placeOf);
    const twice = keys.find((key, index) => keys.indexOf(key) !== index);
    if (twice !== undefined) return refused(`InvalidPermission.Duplicate ${twice}`);
    return this.#become({ groups: withRules(groups, groupId, () => rules) });
  }

  #become(change: Partial<NetworkState>): Answer {
    const before = marksIn(this.now);
    this.#record(change);
    const now = marksIn(this.now);
    for (const where of now.keys()) this.#marked.add(where);
    for (const where of new Set([...before.keys(), ...now.keys()])) {
      const [was, is] = [before.get(where), now.get(where)];
      if (was !== undefined && was !== is) this.#watcher.undone(was, where);
      if (is !== undefined && was !== is) this.#watcher.applied(is, where);
    }
    this.#watcher.changed();
    return done;
  }

  #record(change: Partial<NetworkState>): void {
    const state = frozen({ ...this.now, ...change });
    this.#history.push({ at: this.#clock.now(), state });
  }
}

function groupIn({ groups }: NetworkState, groupId: string): SecurityGroup | undefined {
  return groups.find(({ id }) => id === groupId);
}

function withRules(
  groups: readonly SecurityGroup[],
  groupId: string,
  change: (rules: readonly Rule[]) => readonly Rule[],
): SecurityGroup[] {
  return groups.map((group) =>
    group.id === groupId ? { ...group, rules: [...change(group.rules)] } : group,
  );
}
