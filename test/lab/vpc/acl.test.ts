import { beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { ruleset } from '../../../lab/vpc/enforcement.ts';
import { Ec2State } from '../../../lab/cloud/ec2/state.ts';
import { buildWorld } from '../../../lab/vpc/world.ts';
import { describeKernel, observe } from './in-namespaces.ts';

const Both = z.strictObject({ established: z.boolean(), fresh: z.string() });
const Life = z.strictObject({
  tookMs: z.number(),
  before: z.strictObject({ across: z.boolean(), within: z.boolean() }),
  during: z.strictObject({ across: Both, within: Both, otherPort: z.string() }),
  after: z.strictObject({ across: Both, within: z.boolean() }),
});
const Ways = z.record(z.string(), z.union([z.string(), z.boolean(), z.number()]));
const Acls = z.strictObject({
  established4: Life,
  established6: Life,
  egress: Ways,
  statelessly: z.strictObject({ withoutWayBack: Ways, withWayBack: Ways }),
  lowestDecides: z.strictObject({ allowFirst: Ways, denyFirst: Ways }),
  cloud: z.strictObject({ open: Ways, port: Ways, noEntries: Ways }),
  groupsStillDecide: Ways,
  everyKindOfEntry: z.number(),
});

describeKernel('network ACLs in the router', () => {
  let seen: z.infer<typeof Acls>;

  beforeAll(async () => {
    seen = Acls.parse(await observe('acls'));
  });

  test.each(['established4', 'established6'] as const)(
    'a denial cuts the established flow between subnets, which resumes after it (VPC User Guide, network ACLs) [%s]',
    (family) => {
      const { before, during, after } = seen[family];
      expect(before.across).toBe(true);
      expect(during.across).toEqual({ established: false, fresh: 'blocked' });
      expect(after.across).toEqual({ established: true, fresh: 'open' });
    },
  );

  test.each(['established4', 'established6'] as const)(
    'traffic within the subnet and other ports are untouched by it (VPC User Guide: not as it is routed within a subnet) [%s]',
    (family) => {
      const { before, during, after } = seen[family];
      expect(before.within).toBe(true);
      expect(during.within).toEqual({ established: true, fresh: 'open' });
      expect(during.otherPort).toBe('open');
      expect(after.within).toBe(true);
    },
  );

  test('an ACL is in force when the answer of the swap arrives, within 100 ms of the call', () => {
    const took = [seen.established4.tookMs, seen.established6.tookMs, Number(seen.egress.tookMs)];
    expect(Math.min(...took)).toBeLessThan(100);
    expect(Math.max(...took)).toBeLessThan(1000);
  });

  test('an egress entry counts where the subnet is left, by destination and its port, in its family (API reference)', () => {
    expect(seen.egress).toMatchObject({
      c2: 'blocked',
      c2over6: 'open',
      c1: 'open',
      otherPort: 'open',
    });
  });

  test('ACLs are stateless: without a way back nothing opens (VPC User Guide, network ACLs)', () => {
    expect(seen.statelessly.withoutWayBack).toMatchObject({ c2: 'blocked', c1: 'open' });
    expect(seen.statelessly.withWayBack).toMatchObject({ c2: 'open', c1: 'open' });
  });

  test('the lowest number that matches decides, in whatever order entries were made (API reference)', () => {
    expect(seen.lowestDecides.allowFirst).toMatchObject({ c2: 'open', c2over6: 'open' });
    expect(seen.lowestDecides.denyFirst).toMatchObject({ c2: 'blocked', c2over6: 'open' });
  });

  test('the cloud lies beyond the edge: its flows obey the ACL too', () => {
    expect(seen.cloud.open).toEqual({ n1: 'open', n1over6: 'open', n2: 'open' });
    expect(seen.cloud.port).toMatchObject({
      n1: 'blocked',
      n1over6: 'open',
      n2: 'open',
      established: false,
    });
  });

  test('an ACL without entries lets nothing cross the edge and everything stay within (API reference)', () => {
    expect(seen.cloud.noEntries).toMatchObject({
      n1: 'blocked',
      n1over6: 'blocked',
      n2: 'open',
      within: 'open',
    });
  });

  test('what the groups keep out stays out, whatever the ACL allows', () => {
    expect(seen.groupsStillDecide).toMatchObject({ byGroup: 'blocked', open: 'open' });
  });

  test('nft takes every kind of entry that EC2 can hold', () => {
    expect(seen.everyKindOfEntry).toBe(88);
  });
});

const { inventory } = buildWorld({ cluster: 'orders', nodes: 2, clients: 1, dualStack: true });
const full = new Ec2State(inventory).describe();

test('ruleset() puts the edges between the gate of the sender and that of the receiver', () => {
  const forward = ruleset(full).split('chain forward')[1]!;
  const places = ['saddr vmap { 10.0.1.11', 'saddr vmap { 10.0.1.0/24', 'daddr vmap { 10.0.1.0/24']
    .concat('daddr vmap { 10.0.1.11')
    .map((text) => forward.replaceAll(/10\.0\.1\.11\b/g, '10.0.1.11').indexOf(text));
  expect(places.every((place) => place >= 0)).toBe(true);
  expect(places).toEqual(places.toSorted((left, right) => left - right));
});

test('ruleset() knows no edge without ACLs, and none of a subnet that holds nobody', () => {
  expect(ruleset({ ...full, networkAcls: [] })).not.toContain('subnet-');
  const empty = full.subnets.find(
    ({ id }) => !full.interfaces.some(({ subnetId }) => subnetId === id),
  )!;
  expect(ruleset(full)).not.toContain(empty.id);
});

test('ruleset() leaves out interfaces that no instance has', () => {
  const [first] = full.interfaces;
  const { instanceId: _, ...detached } = { ...first!, id: 'eni-detached', groupIds: [] };
  expect(ruleset({ ...full, interfaces: [...full.interfaces, detached] })).toBe(ruleset(full));
});

test('ruleset() writes entries in the order of their numbers, however a seed lists them', () => {
  const networkAcls = full.networkAcls.map((acl) => ({
    ...acl,
    entries: acl.entries.toReversed(),
  }));
  expect(ruleset({ ...full, networkAcls })).toBe(ruleset(full));
});
