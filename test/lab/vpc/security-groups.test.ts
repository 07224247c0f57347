import { beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { describeKernel, observe } from './in-namespaces.ts';

const Both = z.object({ established: z.boolean(), fresh: z.string() });
const Life = z.object({ before: z.boolean(), during: Both, after: Both });
const Ways = z.record(z.string(), z.union([z.string(), z.boolean()]));
const Gates = z.object({
  ingressGate: Ways,
  tracked4: Life,
  tracked6: Life,
  untracked4: Life,
  untracked6: Life,
  worldOneWay: z.object({ before: z.boolean(), during: z.boolean() }),
  egressGate: z.object({ open: Ways, closed: Ways }),
  fromCloud: z.object({ ssh: z.number(), world: z.number() }),
  union: Ways,
  prefixList: Ways,
});
const Reloads = z.object({
  reloads: z.object({ lost: z.number(), of: z.number() }),
  brokenReload: Ways,
  throughTheApi: z.object({ tookMs: z.number(), parked: z.string(), back: z.string() }),
  everyKindOfRule: z.object({ rules: z.number(), open: z.string() }),
});

describeKernel('security groups in the router', () => {
  let seen: z.infer<typeof Gates> & z.infer<typeof Reloads>;

  beforeAll(async () => {
    const [gates, reloads] = await Promise.all([observe('gates'), observe('reloads')]);
    seen = { ...Gates.parse(gates), ...Reloads.parse(reloads) };
  });

  test('ingress admits what a rule names and nothing else, in both families', () => {
    expect(seen.ingressGate).toEqual({
      peer: 'open',
      peer6: 'open',
      peerOutsideItsPorts: 'blocked',
      clientByTheWiderRule: 'open',
      ssh: 'open',
      towardsClient: 'blocked',
      noRuleAtAll: 'blocked',
      unknownAddress: 'blocked',
    });
  });

  test('a tracked flow outlives its rule while new connections are blocked (EC2 User Guide, connection tracking)', () => {
    const life = {
      before: true,
      during: { established: true, fresh: 'blocked' },
      after: { established: true, fresh: 'open' },
    };
    expect(seen.tracked4).toEqual(life);
    expect(seen.tracked6).toEqual(life);
  });

  test('an untracked flow stalls as soon as its rule goes and resumes when it is back (EC2 User Guide, untracked connections)', () => {
    const life = {
      before: true,
      during: { established: false, fresh: 'blocked' },
      after: { established: true, fresh: 'open' },
    };
    expect(seen.untracked4).toEqual(life);
    expect(seen.untracked6).toEqual(life);
  });

  test('a world rule without world egress makes tracked flows (EC2 User Guide, untracked connections)', () => {
    expect(seen.worldOneWay).toEqual({ before: true, during: true });
  });

  test('egress is a gate of its own: without it nothing new leaves, to the cloud neither, whatever the far side admits', () => {
    expect(seen.egressGate).toEqual({
      open: { toNode: 'open', toCloud: 'open', toCloud6: 'open', nodeToCloud: 'open' },
      closed: {
        toNode: 'blocked',
        toCloud: 'blocked',
        toCloud6: 'blocked',
        nodeToCloud: 'open',
        established: true,
      },
    });
  });

  test('the cloud is the outside world: a rule for the VPC does not admit it, a world rule does', () => {
    expect(seen.fromCloud).toEqual({ ssh: 124, world: 0 });
  });

  test('groups are a union of allows: a port stays open while any rule covers it', () => {
    expect(seen.union).toEqual({ covered: 'open', uncovered: 'blocked' });
  });

  test('a prefix list admits its members only', () => {
    expect(seen.prefixList).toEqual({ listed: 'open', unlisted: 'blocked' });
  });

  test('established flows, tracked and untracked, live through 15 reloads of the rule set', () => {
    expect(seen.reloads).toEqual({ lost: 0, of: 45 });
  });

  test('a rule set that does not load is refused whole and the old one stays in force', () => {
    expect(seen.brokenReload).toEqual({ refused: true, open: 'open', closed: 'blocked' });
  });

  test('a change by the API is in force when its answer arrives, soon enough (100 ms on an idle machine)', () => {
    expect(seen.throughTheApi).toMatchObject({ parked: 'blocked', back: 'open' });
    expect(seen.throughTheApi.tookMs).toBeLessThan(1000);
  });

  test('nft takes every kind of rule that EC2 can hold', () => {
    expect(seen.everyKindOfRule).toEqual({ rules: 126, open: 'open' });
  });
});
