/**
 * The network as it would be if there had never been a run: people do there what they do in the real one.
 * Restore is right where the two are the same. Knows nothing of how restore merges.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Rule } from '../../../core/inventory.ts';
import { markOn, placeOf } from '../../fakes/network-state.ts';
import type { NetworkState } from '../../fakes/network-state.ts';
import type { Deed } from '../../fakes/deed.ts';
import type { World } from '../../fakes/world.ts';

/** Something that is not as it would be without the run. */
export interface Unlike {
  /** What it is, and what it is a part of. */
  readonly things: readonly string[];
  readonly says: string;
}

export class AsIfNoRun {
  readonly #world: World;
  #state: NetworkState;
  /** Rules that may be there or not: revoked, and somebody had the same for a while. */
  readonly #perhaps = new Set<string>();

  /** Rules that people removed or made something else of, as they were. */
  readonly #left: Rule[] = [];
  /** What a rule was called before restore put it back under another id. */
  readonly #wasCalled = new Map<string, string>();

  constructor(world: World) {
    this.#world = world;
    this.#state = world.network.now;
  }

  /** Before people act: what restore put back under another id is known by that from now on. */
  catchUp(): void {
    const { groups } = this.#world.network.now;
    this.#state = {
      ...this.#state,
      groups: this.#state.groups.map((group) => {
        const real = groups.find(({ id }) => id === group.id)?.rules ?? [];
        return { ...group, rules: this.#known(group.rules, real) };
      }),
    };
  }

  /** What people did in the real world. */
  also({ edit }: Deed): void {
    if (edit === undefined) return;
    const were = this.#state.groups.flatMap(({ rules }) => rules);
    this.#state = edit(this.#state);
    const are = this.#state.groups.flatMap(({ rules }) => rules);
    const stays = (rule: Rule): boolean =>
      are.some((one) => one.id === rule.id && placeOf(one) === placeOf(rule));
    this.#left.push(...were.filter((rule) => !stays(rule)));
  }

  /** Everything that differs from the real one. */
  unlike(): Unlike[] {
    this.catchUp();
    const real = this.#world.network.now;
    return [...this.#rulesUnlike(real), ...interfacesUnlike(this.#state, real)].concat(
      subnetsUnlike(this.#state, real),
    );
  }

  /** Of rules that allow the same, only those can be meant that are there. */
  #known(rules: readonly Rule[], real: readonly Rule[]): Rule[] {
    const there = new Set(real.map(({ id }) => id));
    const strangers = real.filter(
      (rule) => markOn(rule) === undefined && !rules.some(({ id }) => id === rule.id),
    );
    const again = rules.map((rule) => {
      const same = strangers.find((one) => placeOf(one) === placeOf(rule));
      if (there.has(rule.id) || same === undefined || !this.#isRevoked(rule.id)) return rule;
      this.#wasCalled.set(same.id, this.#wasCalled.get(rule.id) ?? rule.id);
      return { ...rule, id: same.id };
    });
    return again.filter((rule) => {
      const isDouble = again.some((one) => one !== rule && placeOf(one) === placeOf(rule));
      if (!isDouble || there.has(rule.id)) return true;
      if (this.#isRevoked(rule.id)) this.#perhaps.add(placeOf(rule));
      return false;
    });
  }

  /** Absence has no author: what the run meant to revoke may come back while its witness stands. */
  #hasNoAuthor(rule: Rule): boolean {
    return this.#left.some((one) => placeOf(one) === placeOf(rule) && this.#isRevoked(one.id));
  }

  #isRevoked(id: string): boolean {
    const ruleId = this.#wasCalled.get(id) ?? id;
    const { journal } = this.#world;
    return journal
      .all()
      .flatMap((run) => journal.intended(run.runId))
      .some(
        (step) =>
          step.kind === 'revoke-rules' && step.rules.some((revoked) => revoked.ruleId === ruleId),
      );
  }

  #rulesUnlike(real: NetworkState): Unlike[] {
    const ours = real.groups
      .filter(({ id }) => !this.#state.groups.some((group) => group.id === id))
      .map(({ id }) => ({ things: [id], says: `group ${id} is there` }));
    return this.#state.groups
      .flatMap((group): Unlike[] => {
        const now = real.groups.find(({ id }) => id === group.id);
        if (now === undefined) return [{ things: [group.id], says: `group ${group.id} is gone` }];
        return this.#groupUnlike(group.rules, now.rules, group.id);
      })
      .concat(ours);
  }

  #groupUnlike(rules: readonly Rule[], real: readonly Rule[], groupId: string): Unlike[] {
    const places = Map.groupBy(rules, placeOf);
    const unlike = (id: string, says: string): Unlike => ({
      things: [id, this.#wasCalled.get(id) ?? id, groupId],
      says,
    });
    const missing = [...places].flatMap(([place, meant]) =>
      real.some((rule) => placeOf(rule) === place)
        ? []
        : meant.map(({ id }) => unlike(id, `rule ${id} of ${groupId} is not as it should be`)),
    );
    const more = real.flatMap((rule): Unlike[] => {
      const meant = places.get(placeOf(rule));
      if (meant === undefined) {
        return this.#perhaps.has(placeOf(rule)) || this.#hasNoAuthor(rule)
          ? []
          : [unlike(rule.id, `rule ${rule.id} of ${groupId} should not be as it is`)];
      }
      return meant.some((one) => isSame(one, rule))
        ? []
        : [unlike(rule.id, `rule ${rule.id} of ${groupId} is another: ${JSON.stringify(rule)}`)];
    });
    return [...missing, ...more];
  }
}

const isSame = (one: Rule, other: Rule): boolean =>
  one.id === other.id &&
  (one.spec.description ?? '') === (other.spec.description ?? '') &&
  isSameTags(one.tags, other.tags);

const isSameTags = (one: Rule['tags'], other: Rule['tags']): boolean =>
  isDeepStrictEqual({ ...one }, { ...other });

function interfacesUnlike(peace: NetworkState, real: NetworkState): Unlike[] {
  const known = new Set(peace.groups.map(({ id }) => id));
  return peace.interfaces.flatMap(({ id, groupIds }): Unlike[] => {
    const now = real.interfaces.find((one) => one.id === id)?.groupIds;
    if (now === undefined) return [{ things: [id], says: `interface ${id} is gone` }];
    const meant = groupIds.filter((groupId) => known.has(groupId)).toSorted();
    return meant.join() === now.toSorted().join()
      ? []
      : [{ things: [id], says: `${id} has ${now.join()} in place of ${meant.join()}` }];
  });
}

const aclOf = ({ acls }: NetworkState, subnetId: string): string | undefined =>
  acls.find(({ subnetIds }) => subnetIds.includes(subnetId))?.id;

function subnetsUnlike(peace: NetworkState, real: NetworkState): Unlike[] {
  const subnets = Object.keys(peace.associations).filter(
    (id) => aclOf(peace, id) !== aclOf(real, id),
  );
  const ours = real.acls.filter(({ id }) => !peace.acls.some((acl) => acl.id === id));
  return [
    ...subnets.map((id) => ({ things: [id], says: `${id} has ${aclOf(real, id)}` })),
    ...ours.map(({ id }) => ({ things: [id], says: `network ACL ${id} is there` })),
  ];
}
