import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Rule, RuleSpec } from '../../core/inventory.ts';
import type { EditsMerge } from '../../core/merge.ts';
import { allowanceKey, sameAllowance } from '../../core/allowance.ts';
import { tcp } from './inventories.ts';
import { mark, merged, narrowed, parked, rule } from './merged-edits.ts';

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

      expect(merged(back)).toEqual({ edits: [], removals: [] });
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
