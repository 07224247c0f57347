import { expect, test } from 'vitest';
import { callsOf, refuseTooManyCalls } from '../../../../core/plan/security-group/calls.ts';
import type { Step } from '../../../../core/step.ts';
import { usualTiming } from '../../../../core/timing.ts';
import { refusalOf } from '../../inventories.ts';

const step = { id: 'a', phase: 1, says: '' };

test('a temporary group costs two calls to make, one to delete, and its ACLs as many as they have entries', () => {
  const entry = {
    number: 1,
    direction: 'ingress',
    action: 'deny',
    protocol: '6',
    cidr: '10.0.0.1/32',
  } as const;
  const swap = { subnetId: 's', vpcId: 'v', originalId: 'o', entries: [entry, entry] };
  const steps: Step[] = [
    { ...step, kind: 'make-group', name: 'x', vpcId: 'v' },
    { ...step, kind: 'swap-acl', ...swap },
  ];
  expect(callsOf(steps)).toEqual({ inject: 6, restore: 3 });
});

test('what a pulse ends, restore has not to end', () => {
  const swap = { subnetId: 's', originalId: 'o' };
  const steps: Step[] = [
    { ...step, kind: 'swap-acl', vpcId: 'v', entries: [], ...swap },
    { ...step, kind: 'end-pulse', swaps: [swap], links: [], boundSeconds: 10 },
  ];
  expect(callsOf(steps)).toEqual({ inject: 4, restore: 0 });
});

test('rules with different tags cannot be authorised again in one call', () => {
  const before = {
    protocol: 'tcp',
    fromPort: 1,
    toPort: 1,
    peer: { kind: 'ipv4', cidr: '10.0.0.1/32' },
  } as const;
  const rules = ['a', 'a', 'b'].map((team, n) => ({ ruleId: `sgr-${n}`, before, tags: { team } }));
  const revoke: Step = { ...step, kind: 'revoke-rules', groupId: 'g', witness: before, rules };
  expect(callsOf([revoke])).toEqual({ inject: 1, restore: 2 });
});

test('more calls than EC2 lets through in one invocation are refused, just as many are not', () => {
  expect(() => refuseTooManyCalls({ inject: 475, restore: 0 }, usualTiming)).not.toThrow();
  expect(refusalOf(() => refuseTooManyCalls({ inject: 476, restore: 0 }, usualTiming))).toBe(
    'Cannot inject within one invocation as the plan must need at most 475 calls to EC2: found 476; cut fewer machines or use the mechanism iptables',
  );
});
