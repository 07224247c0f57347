import { beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { describeKernel, observe } from './in-namespaces.ts';

const Both = z.strictObject({ established: z.boolean(), fresh: z.string() });
const Ways = z.record(z.string(), z.string());
const Membership = z.strictObject({
  swapped: z.strictObject({ tookMs: z.number(), before: z.boolean(), during: Both, after: Both }),
  leftReference: z.strictObject({ away: Ways, back: Ways }),
  prefixList: Ways,
  delayed: z.strictObject({
    answeredMs: z.number(),
    described: z.boolean(),
    soon: z.string(),
    late: z.string(),
    back: z.string(),
  }),
});

describeKernel('groups on interfaces in the router', () => {
  let seen: z.infer<typeof Membership>;

  beforeAll(async () => {
    seen = Membership.parse(await observe('membership'));
  });

  test('a tracked flow outlives the swap of all groups, new connections do not come (Security Incident Response Guide, containment)', () => {
    expect(seen.swapped).toMatchObject({
      before: true,
      during: { established: true, fresh: 'blocked' },
      after: { established: true, fresh: 'open' },
    });
    expect(seen.swapped.tookMs).toBeLessThan(1000);
  });

  test('who leaves a group is no longer meant by rules that name it (EC2 User Guide, security group referencing)', () => {
    const open = { c1: 'open', c2: 'open', out: 'open' };
    expect(seen.leftReference.away).toEqual({ ...open, c2: 'blocked' });
    expect(seen.leftReference.back).toEqual(open);
  });

  test('a prefix list made by the API admits its members only', () => {
    expect(seen.prefixList).toEqual({ listed: 'open', unlisted: 'blocked' });
  });

  test('with a propagation delay the answer comes first and the effect after (EC2 User Guide: a small delay might occur)', () => {
    const { answeredMs, ...rest } = seen.delayed;
    expect(rest).toEqual({ described: true, soon: 'open', late: 'blocked', back: 'open' });
    expect(answeredMs).toBeLessThan(1000);
  });
});
