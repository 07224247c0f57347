import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { markOf, runTag } from '../../core/inventory.ts';
import type { Rule, RuleSpec } from '../../core/inventory.ts';
import { bearsMark, isStillOurs, mergeEdits, mergeGroups, mergeRevoked } from '../../core/merge.ts';
import type { EditsMerge, RevokeMerge } from '../../core/merge.ts';
import { allowanceKey, sameAllowance } from '../../core/step.ts';
import type { RevokeRules, RuleEdit } from '../../core/step.ts';
import { aRule, groupPeer, tcp } from './inventories.ts';

const mark = markOf('run1');
const before = tcp('3000-3003', '10.0.0.0/16', 'nodes');
const narrowed: RuleEdit = {
  ruleId: 'sgr-nodes-1',
  before,
  during: tcp('3000', '10.0.0.0/16', mark),
};
const parked: RuleEdit = {
  ruleId: 'sgr-nodes-2',
  before: tcp('3000', '10.0.1.1/32', 'clients'),
  during: tcp('0', '10.0.1.1/32', mark),
};
const rule = (number: number, spec: RuleSpec): Rule => aRule('sg-nodes', number, spec);
const merged = (now: readonly Rule[], edits: readonly RuleEdit[] = [narrowed, parked]) =>
  mergeEdits(edits, now, isStillOurs('run1'));

describe('mergeEdits()', () => {
  test('puts back every part of what nobody touched', () => {
    expect(merged([rule(1, narrowed.during), rule(2, parked.during)])).toEqual({
      edits: [
        { ruleId: 'sgr-nodes-1', during: narrowed.before },
        { ruleId: 'sgr-nodes-2', during: parked.before },
      ],
      removals: [],
    });
  });

  test('leaves alone what is back already', () => {
    expect(merged([rule(1, narrowed.before), rule(2, parked.before)])).toEqual(nothing);
  });

  test.each([
    ['ports', tcp('3005', '10.0.1.1/32', mark), tcp('3005', '10.0.1.1/32', 'clients')],
    ['the peer', tcp('0', '10.0.7.7/32', mark), tcp('3000', '10.0.7.7/32', 'clients')],
    ['the description', tcp('0', '10.0.1.1/32', 'why?'), tcp('3000', '10.0.1.1/32', 'why?')],
    ['the peer and the description', tcp('0', '10.0.7.7/32', 'x'), tcp('3000', '10.0.7.7/32', 'x')],
  ])('of a parked rule keeps %s that people changed, and puts back the rest', (_, now, back) => {
    expect(merged([rule(2, now)], [parked])).toEqual({
      edits: [{ ruleId: 'sgr-nodes-2', during: back }],
      removals: [],
    });
  });

  test('has nothing to do with a rule that people made wholly theirs', () => {
    expect(merged([rule(2, tcp('3005', '10.0.1.1/32', 'theirs'))], [parked])).toEqual(nothing);
  });

  test('brings back no rule that people deleted', () => {
    expect(merged([])).toEqual(nothing);
  });

  test("leaves a rule with another run's mark to that run", () => {
    const during = { ...parked.during, description: markOf('run2') };

    expect(merged([rule(2, during)], [parked])).toEqual(nothing);
  });

  test('takes off the leftover where people added the same again, under whatever description', () => {
    const theirs = rule(9, { ...before, description: 'back again' });
    const leftover = rule(1, narrowed.during);

    expect(merged([leftover, theirs], [narrowed])).toEqual({ edits: [], removals: [leftover] });
  });

  test('does not take what was added in the other direction for the same', () => {
    const theirs: Rule = { ...rule(9, before), direction: 'egress' };

    expect(merged([rule(1, narrowed.during), theirs], [narrowed]).removals).toEqual([]);
  });

  test('of two rules that people made equal keeps the one they left alone', () => {
    const turned = rule(1, { ...tcp('0', '10.0.1.1/32', mark), protocol: 'udp' });
    const other: RuleEdit = {
      ruleId: 'sgr-nodes-1',
      before: tcp('3000', '10.0.2.2/32', 'others'),
      during: { ...tcp('0', '10.0.2.2/32', mark), protocol: 'udp' },
    };

    expect(merged([turned, rule(2, parked.during)], [other, parked])).toEqual({
      edits: [{ ruleId: 'sgr-nodes-2', during: parked.before }],
      removals: [turned],
    });
  });

  test('by marks alone takes an unmarked rule for theirs, however it looks', () => {
    const now = [rule(2, { ...parked.during, description: 'closed for good' })];

    expect(mergeEdits([parked], now, bearsMark('run1'))).toEqual(nothing);
    expect(merged(now, [parked]).edits).toHaveLength(1);
  });
});

const nothing = { edits: [], removals: [] };

const revoked: RevokeRules = {
  id: 'revoke-rules/1',
  phase: 4,
  says: 'revoke',
  kind: 'revoke-rules',
  groupId: 'sg-nodes',
  witness: tcp('0', '10.0.1.1/32', mark),
  rules: [
    { ruleId: 'sgr-nodes-1', before: tcp('3000', '10.0.1.1/32', 'one'), tags: { team: 'a' } },
    { ruleId: 'sgr-nodes-2', before: tcp('3000', '10.0.1.2/32', 'two'), tags: { team: 'b' } },
    { ruleId: 'sgr-nodes-3', before: tcp('3000', groupPeer('sg-x')), tags: { team: 'a' } },
  ],
};
const witness: Rule = { ...rule(7, revoked.witness), tags: { [runTag]: 'run1' } };
const again = (now: readonly Rule[]): RevokeMerge =>
  mergeRevoked(revoked, now, { runId: 'run1', directionOf: () => 'ingress' });

describe('mergeRevoked()', () => {
  test('authorises again all that is missing, one call for each set of tags', () => {
    const [one, two, three] = revoked.rules.map((entry) => entry.before);

    expect(again([witness])).toEqual({
      removals: [],
      again: [
        { direction: 'ingress', tags: { team: 'a' }, rules: [one, three] },
        { direction: 'ingress', tags: { team: 'b' }, rules: [two] },
      ],
    });
  });

  test('brings nothing back without the witness: absence has no author', () => {
    expect(again([])).toEqual({ removals: [], again: [] });
    expect(again([{ ...witness, tags: { [runTag]: 'run2' } }]).again).toEqual([]);
  });

  test('knows the witness by its tag, whatever people made of its ports', () => {
    expect(again([{ ...witness, spec: tcp('9', '10.9.9.9/32') }]).again).toHaveLength(2);
  });

  test('leaves out what people authorised again, and what was never revoked', () => {
    const now = [
      witness,
      rule(9, tcp('3000', '10.0.1.2/32', 'theirs')),
      rule(1, tcp('1', '10.8.0.0/16')),
    ];

    expect(again(now).again.map(({ rules }) => rules)).toEqual([[tcp('3000', groupPeer('sg-x'))]]);
  });

  test("takes a piece of the run's own out of the way, for EC2 would call it a duplicate", () => {
    const piece: Rule = { ...rule(8, tcp('3000', '10.0.1.2/32')), tags: { [runTag]: 'run1' } };

    expect(again([witness, piece]).removals).toEqual([piece]);
    expect(again([witness, piece]).again).toHaveLength(2);
  });
});

describe('mergeGroups()', () => {
  const ours = 'sg-run1';

  test.each([
    ['puts back what was detached', ['sg-b', ours], ['sg-a'], ['sg-a', 'sg-b']],
    ['takes only ours off', ['sg-a', 'sg-b', ours], [], ['sg-a', 'sg-b']],
    ['keeps what others put on', ['sg-b', ours, 'sg-new'], ['sg-a'], ['sg-b', 'sg-new', 'sg-a']],
    ['leaves off what others took off', ['sg-a', ours], [], ['sg-a']],
  ])('%s', (_, now, on, expected) => {
    expect(mergeGroups(now, { off: ours, on, before: ['sg-a', 'sg-b'] })).toEqual(expected);
  });
});

/** Applies a merge as EC2 does. @throws where EC2 would refuse it. */
function applied(now: readonly Rule[], { edits, removals }: EditsMerge): Rule[] {
  const left = now
    .filter((one) => !removals.includes(one))
    .map((one) => {
      const edit = edits.find(({ ruleId }) => ruleId === one.id);
      return edit === undefined ? one : { ...one, spec: edit.during };
    });
  const keys = left.map(({ spec }) => allowanceKey(spec));
  expect(new Set(keys).size).toBe(keys.length);
  return left;
}

/** One thing that a person does to a group in its hold. */
type Edit =
  | { readonly kind: 'add'; readonly spec: RuleSpec }
  | { readonly kind: 'remove'; readonly index: number }
  | { readonly kind: 'change'; readonly index: number; readonly part: Partial<RuleSpec> };

const peers = ['10.0.0.0/16', '10.0.1.1/32', '10.0.2.2/32'];
const portRanges = ['0', '3000', '3000-3003', '22'];
const anySpec = fc
  .tuple(fc.constantFrom(...portRanges), fc.constantFrom(...peers), fc.constantFrom('x', undefined))
  .map(([port, peer, description]) => tcp(port, peer, description));
const anyPart: fc.Arbitrary<Partial<RuleSpec>> = fc.oneof(
  anySpec.map(({ fromPort, toPort }) => ({ fromPort, toPort })),
  anySpec.map(({ peer }) => ({ peer })),
  fc.constantFrom('mine', 'x').map((description) => ({ description })),
);
const anyEdit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), spec: anySpec }),
  fc.record({ kind: fc.constant('remove' as const), index: fc.nat(9) }),
  fc.record({ kind: fc.constant('change' as const), index: fc.nat(9), part: anyPart }),
);

/** What a person's edit makes of a group; EC2 refuses duplicates, then nothing changes. */
function edited(now: readonly Rule[], edit: Edit, number: number): Rule[] {
  const target = 'index' in edit ? now[edit.index % Math.max(1, now.length)] : undefined;
  const next =
    edit.kind === 'add'
      ? [...now, rule(100 + number, edit.spec)]
      : now.flatMap((one) => {
          if (one !== target) return [one];
          return edit.kind === 'remove' ? [] : [{ ...one, spec: { ...one.spec, ...edit.part } }];
        });
  const keys = next.map(({ spec }) => allowanceKey(spec));
  return new Set(keys).size === keys.length ? next : [...now];
}

test("whatever people do during the hold, their edits survive and nothing of the run's is left", () => {
  const during = [
    rule(1, narrowed.during),
    rule(2, parked.during),
    rule(3, tcp('22', '10.0.0.0/16')),
  ];
  fc.assert(
    fc.property(fc.array(anyEdit, { maxLength: 6 }), (theirEdits) => {
      const held = theirEdits.reduce<Rule[]>((now, edit, n) => edited(now, edit, n), during);
      const merge = merged(held);
      const back = applied(held, merge);

      expect(merged(back)).toEqual(nothing);
      expect(back.filter(({ spec }) => spec.description === mark)).toEqual([]);
      for (const one of held.filter(({ id }) => id !== 'sgr-nodes-1' && id !== 'sgr-nodes-2')) {
        expect(back).toContainEqual(one);
      }
      for (const { ruleId, during: ours, before: was } of [narrowed, parked]) {
        const now = held.find(({ id }) => id === ruleId);
        const after = back.find(({ id }) => id === ruleId);
        if (now === undefined) expect(after).toBeUndefined();
        else if (after === undefined) expect(isAllowedBy(back, now, { ours, was })).toBe(true);
        else expect(after.spec).toEqual(partwise(now.spec, { ours, was }));
      }
    }),
    { numRuns: 2_000 },
  );
});

interface Written {
  readonly ours: RuleSpec;
  readonly was: RuleSpec;
}

/** Told apart from the merge on purpose: what is as the run wrote it goes back, if it still is the run's. */
function partwise(now: RuleSpec, { ours, was }: Written): RuleSpec {
  const ownPorts = now.fromPort === ours.fromPort && now.toPort === ours.toPort;
  const ownMark = now.description === ours.description;
  if (!ownMark && !ownPorts) return now;
  const ports = ownPorts ? was : now;
  const peer = JSON.stringify(now.peer) === JSON.stringify(ours.peer) ? was.peer : now.peer;
  const description = ownMark ? was.description : now.description;
  const spec = { protocol: 'tcp', fromPort: ports.fromPort, toPort: ports.toPort, peer };
  return { ...spec, ...(description === undefined ? {} : { description }) };
}

function isAllowedBy(back: readonly Rule[], now: Rule, written: Written): boolean {
  return back.some(({ spec }) => sameAllowance(spec, partwise(now.spec, written)));
}
