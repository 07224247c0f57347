import { contains, parseBlock } from '../../core/address.ts';
import type { Interface, Inventory, Rule, RuleSpec, SecurityGroup } from '../../core/inventory.ts';
import type { RuleEdit } from '../../core/step.ts';
import type { Answer, Clock, Network } from '../../lambda/gateways.ts';
import { frozen } from './frozen.ts';

/** Told of a run's mark that came onto a rule, or went from one. */
export interface MarkWatcher {
  readonly applied: (runId: string, where: string) => void;
  readonly undone: (runId: string, where: string) => void;
  /** After every change, marked or not. */
  readonly changed: () => void;
}

/**
 * EC2 in memory: duplicates and unknown rule ids are refused, a batch is all or nothing, an edit replaces
 * the whole rule and leaves its id and tags. Describes may be told to lag.
 */
export class FakeNetwork implements Network {
  readonly #clock: Clock;
  readonly #inventory: Inventory;
  readonly #watcher: MarkWatcher;
  readonly #history: { at: number; groups: readonly SecurityGroup[] }[];
  /** How stale every describe is, in milliseconds. */
  lagMs = 0;
  #born = 0;

  constructor(inventory: Inventory, { clock, ...watcher }: MarkWatcher & { clock: Clock }) {
    this.#inventory = inventory;
    this.#clock = clock;
    this.#watcher = watcher;
    this.#history = [
      { at: Number.NEGATIVE_INFINITY, groups: frozen(structuredClone(inventory.groups)) },
    ];
  }

  async observe(): Promise<Inventory> {
    return { ...this.#inventory, observedAt: this.#clock.now(), groups: this.groups() };
  }

  async rules(groupId: string): Promise<Rule[]> {
    const seenAt = this.#clock.now() - this.lagMs;
    const groups = this.#history.findLast(({ at }) => at <= seenAt)?.groups ?? [];
    return [...groupIn(groups, groupId).rules];
  }

  async addRules(
    groupId: string,
    rules: readonly RuleSpec[],
    tags: Readonly<Record<string, string>>,
  ): Promise<Answer> {
    const born = rules.map((spec): Rule => {
      this.#born += 1;
      return { id: `sgr-born-${this.#born}`, groupId, direction: 'ingress', spec, tags };
    });
    return this.#replace(groupId, [...groupIn(this.groups(), groupId).rules, ...born]);
  }

  async editRules(
    groupId: string,
    edits: readonly Pick<RuleEdit, 'ruleId' | 'during'>[],
  ): Promise<Answer> {
    const { rules } = groupIn(this.groups(), groupId);
    const stranger = edits.find(({ ruleId }) => !rules.some(({ id }) => id === ruleId));
    if (stranger !== undefined) {
      return { kind: 'refused', reason: `InvalidSecurityGroupRuleId.NotFound ${stranger.ruleId}` };
    }
    const edited = rules.map((rule) => {
      const edit = edits.find(({ ruleId }) => ruleId === rule.id);
      return edit === undefined ? rule : { ...rule, spec: edit.during };
    });
    return this.#replace(groupId, edited);
  }

  /** A rule that is gone already counts as removed: its id is never used again. */
  async removeRules(groupId: string, ruleIds: readonly string[]): Promise<Answer> {
    const { rules } = groupIn(this.groups(), groupId);
    return this.#replace(
      groupId,
      rules.filter(({ id }) => !ruleIds.includes(id)),
    );
  }

  /** The groups as they are now, whatever a describe would say. */
  groups(): SecurityGroup[] {
    return [...(this.#history.at(-1)?.groups ?? [])];
  }

  /** Somebody else, who knows nothing of runs, takes a rule away. */
  othersRemove(groupId: string, ruleId: string): void {
    const rules = groupIn(this.groups(), groupId).rules.filter(({ id }) => id !== ruleId);
    this.#record(groupId, rules);
  }

  /** Whether the accepting interface's groups let a TCP connection in. */
  admits(from: Interface, address: string, { to, port }: { to: Interface; port: number }): boolean {
    return this.groups()
      .filter(({ id }) => to.groupIds.includes(id))
      .flatMap(({ rules }) => rules)
      .filter(({ direction, spec }) => direction === 'ingress' && spec.protocol === 'tcp')
      .filter(({ spec: { fromPort = 0, toPort = 0 } }) => fromPort <= port && port <= toPort)
      .some(({ spec: { peer } }) =>
        'cidr' in peer
          ? isIn(peer.cidr, address)
          : peer.kind === 'group' && from.groupIds.includes(peer.groupId),
      );
  }

  #replace(groupId: string, rules: readonly Rule[]): Answer {
    const keys = rules.map(duplicateKey);
    const twice = keys.find((key, index) => keys.indexOf(key) !== index);
    if (twice !== undefined) {
      return { kind: 'refused', reason: `InvalidPermission.Duplicate ${twice}` };
    }
    const before = groupIn(this.groups(), groupId).rules;
    this.#record(groupId, rules);
    this.#tell(before, rules);
    this.#watcher.changed();
    return { kind: 'done' };
  }

  #record(groupId: string, rules: readonly Rule[]): void {
    const groups = this.groups().map((group) =>
      group.id === groupId ? { ...group, rules: structuredClone([...rules]) } : group,
    );
    this.#history.push({ at: this.#clock.now(), groups: frozen(groups) });
  }

  #tell(before: readonly Rule[], now: readonly Rule[]): void {
    for (const id of new Set([...before, ...now].map((rule) => rule.id))) {
      const was = markOn(before.find((rule) => rule.id === id));
      const is = markOn(now.find((rule) => rule.id === id));
      if (was !== undefined && was !== is) this.#watcher.undone(was, id);
      if (is !== undefined && was !== is) this.#watcher.applied(is, id);
    }
  }
}

/** The run whose mark a rule bears, told apart from `core` on purpose. */
export function markOn(rule: Rule | undefined): string | undefined {
  return rule?.tags['aerofault:run'] ?? /^aerofault:(.+)$/.exec(rule?.spec.description ?? '')?.[1];
}

function groupIn(groups: readonly SecurityGroup[], groupId: string): SecurityGroup {
  const group = groups.find(({ id }) => id === groupId);
  if (group === undefined) throw new Error(`InvalidGroup.NotFound ${groupId}`);
  return group;
}

/** EC2 compares protocol, ports and peer; not the description. */
function duplicateKey({ direction, spec: { protocol, fromPort, toPort, peer } }: Rule): string {
  return JSON.stringify([direction, protocol, fromPort, toPort, peer]);
}

function isIn(cidr: string, address: string): boolean {
  const outer = parseBlock(cidr);
  const inner = parseBlock(address);
  return outer !== undefined && inner !== undefined && contains(outer, inner);
}
