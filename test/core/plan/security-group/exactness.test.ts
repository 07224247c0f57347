import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Experiment } from '../../../../core/experiment.ts';
import type { Interface, Inventory, Rule } from '../../../../core/inventory.ts';
import { plan } from '../../../../core/plan/plan.ts';
import type { Plan } from '../../../../core/plan/plan.ts';
import { Refusal } from '../../../../core/refusal.ts';
import { aClientCut, aPartition, grammar } from '../../inventories.ts';
import { admitted } from '../admission.ts';
import type { Dialled, Dialler } from '../admission.ts';
import { restoredStagesOf, stagesOf } from '../applied.ts';
import type { Ec2 } from '../applied.ts';
import { anyInventory } from './any-inventory.ts';

const byGroups = { mechanism: 'security-group' };
const partitionOf = (topology: object, more: object = {}): Experiment =>
  aPartition({ ...byGroups, ...more }, { topology });

const experiments: readonly Experiment[] = [
  aClientCut(),
  aClientCut({ detach: 'revoke' }),
  aClientCut({}, { ports: ['service', 'fabric'] }),
  aClientCut({}, { ports: ['service', 'heartbeat'], clients: ['c1'] }),
  aClientCut({}, { nodes: ['n1'] }),
  partitionOf({ kind: 'isolate', count: 1 }),
  partitionOf({ kind: 'isolate', nodes: ['n2'] }, { detach: 'revoke' }),
  partitionOf({ kind: 'halves' }),
  partitionOf({ kind: 'pairs', pairs: [['n1', 'n2']] }),
  aPartition(byGroups, { topology: { kind: 'isolate', count: 1 }, ports: ['heartbeat'] }),
];

const ports = [22, 443, 1024, 2997, 2998, 2999, 3000, 3001, 3002, 3003, 3004, 3008, 5000, 65_535];
const strangers = [
  '10.0.0.0',
  '10.0.1.3',
  '10.0.1.255',
  '10.0.7.9',
  '192.0.2.1',
  '2001:db8::c3',
  '2001:db9::1',
];

interface Case {
  readonly inventory: Inventory;
  readonly made: Plan;
}

/** Every case that can be planned. What cannot is refused for what it is. */
function eachPlan(runs: number, check: (one: Case, pick: (count: number) => number) => void) {
  const counts = { planned: 0, split: 0, attached: 0, moved: 0, revoked: 0 };
  const property = fc.property(
    anyInventory(),
    fc.constantFrom(...experiments),
    fc.infiniteStream(fc.nat({ max: 2 ** 31 - 1 })),
    (inventory, experiment, stream) => {
      const made = planned(() => plan(experiment, inventory, 'run1'));
      if (made === undefined) return;
      const kinds = new Set(made.steps.map(({ kind }) => kind));
      counts.planned += 1;
      counts.split += kinds.has('add-rules') ? 1 : 0;
      counts.attached += kinds.has('attach-group') && !kinds.has('detach-groups') ? 1 : 0;
      counts.moved += kinds.has('detach-groups') ? 1 : 0;
      counts.revoked += kinds.has('revoke-rules') ? 1 : 0;
      check({ inventory, made }, (count) => (stream.next().value ?? 0) % count);
    },
  );
  fc.assert(property, { numRuns: runs, reporter: briefly });
  return counts;
}

/** The counterexample without the inventory's long lists of rules on other ports. */
function briefly({
  failed,
  counterexample,
  errorInstance,
  seed,
  numRuns,
}: fc.RunDetails<[Inventory, Experiment, fc.Stream<number>]>): void {
  if (!failed) return;
  const [inventory, experiment] = counterexample ?? [];
  const groups = inventory?.groups.map(({ id, rules }) => [
    id,
    ...rules
      .filter(({ spec: { fromPort = 0 } }) => fromPort < 5000)
      .map(
        ({ spec: { protocol, fromPort, toPort, peer } }) =>
          `${protocol} ${fromPort}-${toPort} ${JSON.stringify(peer)}`,
      ),
  ]);
  const interfaces = inventory?.interfaces.map(
    ({ id, groupIds, addresses, tags }) =>
      `${id} ${groupIds.join()} ${addresses.join()} ${Object.keys(tags).join()}`,
  );
  const shown = JSON.stringify(
    { fault: experiment?.fault, detach: experiment?.detach, interfaces, groups },
    null,
    1,
  );
  throw new Error(`after ${numRuns} runs, seed ${seed}: ${String(errorInstance)}\n${shown}`);
}

function planned(make: () => Plan): Plan | undefined {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    expect(error.message).toMatch(grammar);
    expect(error.message).not.toContain('Cannot prove the plan exact');
    return undefined;
  }
}

interface Attempt {
  readonly from: Dialler;
  readonly to: Interface;
  readonly protocol: Dialled['protocol'];
  readonly port: number;
}

/** Everyone who can dial from these interfaces. */
function diallers(among: readonly Interface[]): Dialler[] {
  return among.flatMap(({ id, addresses, groupIds, instanceId }) =>
    addresses.map((address): Dialler => ({ address, groupIds, instanceId, interfaceId: id })),
  );
}

/** Some of everyone to everyone, with an eye on those who are cut. */
function attempts(
  { inventory, made }: Case,
  { pick, count }: { pick: (count: number) => number; count: number },
): Attempt[] {
  const { interfaces } = inventory;
  const concerned = new Set(made.cuts.flatMap(({ from, to }) => [...from, ...to]));
  const near = interfaces.filter(({ instanceId = '' }) => concerned.has(instanceId));
  const known = new Set(interfaces.flatMap(({ addresses }) => addresses));
  const unknown = strangers.filter((address) => !known.has(address));
  const outsiders = unknown.map((address): Dialler => ({ address, groupIds: [] }));
  const from = [diallers(near), [...diallers(interfaces), ...outsiders]];
  return Array.from({ length: count }, (_, index): Attempt => {
    const who = from[index % 2] ?? [];
    const whom = index % 3 === 0 ? interfaces : near;
    const dialler = who[pick(who.length)]!;
    const icmp = dialler.address.includes(':') ? 'icmpv6' : 'icmp';
    const protocol = index % 10 === 9 ? 'udp' : index % 25 === 8 ? icmp : 'tcp';
    const port = index % 2 === 0 ? 3000 + pick(3) : ports[pick(ports.length)]!;
    return { from: dialler, to: whom[pick(whom.length)]!, protocol, port };
  }).filter(({ from: { interfaceId }, to }) => interfaceId !== to.id);
}

function isCut({ cuts }: Plan, { from, to, protocol, port }: Attempt): boolean {
  return cuts.some(
    (cut) =>
      protocol === 'tcp' &&
      cut.ports.includes(port) &&
      cut.from.includes(from.instanceId ?? '') &&
      cut.to.includes(to.instanceId ?? ''),
  );
}

/** As the state is: with the groups that both ends hold at that moment. */
function isOpen(
  ec2: Ec2,
  { from, to, protocol, port }: Attempt,
  { prefixLists }: Inventory,
): boolean {
  const held = (id: string | undefined): readonly string[] =>
    ec2.interfaces.find((one) => one.id === id)?.groupIds ?? [];
  const dialler = { ...from, groupIds: held(from.interfaceId) };
  const dialled = { to: { groupIds: held(to.id) }, protocol, port } as const;
  return admitted({ groups: ec2.groups, prefixLists }, dialler, dialled);
}

const sayOf = ({ from, to, protocol, port }: Attempt): string =>
  `${from.address} (${from.interfaceId}) → ${to.id} ${protocol} ${port}`;

/** Half of these can be planned; the others are refused. */
const casesMax = 4_400;

const plainly = ({ groups, interfaces }: Ec2): object => ({
  groups: groups.map(({ id, tags, rules }) => ({ id, tags, rules })),
  interfaces: interfaces.map(({ id, groupIds }) => ({ id, groupIds: groupIds.toSorted() })),
});

const withoutIds = ({ groups, interfaces }: Ec2): object =>
  plainly({
    interfaces,
    groups: groups.map((group) => ({
      ...group,
      rules: group.rules.map((rule) => ({ ...rule, id: '' })).toSorted(byContent),
    })),
  });

const byContent = (left: Rule, right: Rule): number =>
  JSON.stringify(left) < JSON.stringify(right) ? -1 : 1;

/** Open flows that no cut names are open at every stage; the cut ones are closed while all is applied. */
function expectExact({ inventory, made }: Case, { stages, tried }: Stages): void {
  const during = stages.in.at(-1) ?? inventory;
  const wasOpen = tried.filter((one) => isOpen(inventory, one, inventory));
  const wrong = tried.filter(
    (one) => isOpen(during, one, inventory) !== (wasOpen.includes(one) && !isCut(made, one)),
  );
  expect(wrong.map(sayOf).join()).toBe('');

  const kept = wasOpen.filter((one) => !isCut(made, one)).slice(0, 20);
  for (const stage of [...stages.in, ...stages.out]) {
    const lost = kept.filter((one) => !isOpen(stage, one, inventory));
    expect(lost.map(sayOf).join()).toBe('');
  }
}

interface Stages {
  readonly stages: { readonly in: readonly Ec2[]; readonly out: readonly Ec2[] };
  readonly tried: readonly Attempt[];
}

/** A revoked rule comes back as it was, under another id: the only difference there may be. */
function expectRestored({ inventory, made }: Case, { stages }: Stages): void {
  const during = stages.in.at(-1) ?? inventory;
  const back = stages.out.at(-1) ?? during;
  const isRevoked = made.steps.some(({ kind }) => kind === 'revoke-rules');
  const shown = isRevoked ? withoutIds : plainly;

  expect(plainly(during)).not.toEqual(plainly(inventory));
  expect(made).toEqual(JSON.parse(JSON.stringify(made)));
  expect(shown(back)).toEqual(shown(inventory));
}

test('over any inventory a cut by groups is exact at every stage, and restored leaves every rule and interface as it was', () => {
  const counts = eachPlan(casesMax, (one, pick) => {
    const inwards = stagesOf(one.inventory, one.made.steps);
    const during = inwards.at(-1) ?? one.inventory;
    const stages = { in: inwards, out: restoredStagesOf(during, one.made.steps) };
    const seen = { stages, tried: attempts(one, { pick, count: 150 }) };
    expectExact(one, seen);
    expectRestored(one, seen);
  });

  expect(counts.planned).toBeGreaterThan(2_000);
  expect(Math.min(counts.split, counts.attached, counts.moved)).toBeGreaterThan(50);
  expect(counts.revoked).toBeGreaterThan(20);
}, 240_000);
