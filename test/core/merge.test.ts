import { describe, expect, test } from 'vitest';
import { markOf, runTag } from '../../core/inventory.ts';
import type { Rule } from '../../core/inventory.ts';
import { bearsMark, mergeEdits, mergeGroups, mergeRevoked } from '../../core/merge.ts';
import type { RevokeMerge } from '../../core/merge.ts';
import type { RevokeRules, RuleEdit } from '../../core/step.ts';
import { groupPeer, tcp } from './inventories.ts';
import { before, mark, merged, narrowed, parked, rule } from './merged-edits.ts';

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
