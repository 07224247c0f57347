import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Interface, Inventory, SecurityGroup } from '../../../core/inventory.ts';
import { plan } from '../../../core/plan/plan.ts';
import type { Plan } from '../../../core/plan/plan.ts';
import { Refusal } from '../../../core/refusal.ts';
import { aClientCut, grammar } from '../inventories.ts';
import { admitted } from './admission.ts';
import type { Dialler } from './admission.ts';
import { anyInventory } from './any-inventory.ts';
import { injected, restoredStagesOf, stagesOf } from './applied.ts';

const experiments = [
  aClientCut(),
  aClientCut({}, { ports: ['service', 'fabric'] }),
  aClientCut({}, { ports: ['service', 'heartbeat'], clients: ['c1'] }),
];

/** Addresses of nobody in the inventory, in and beside the networks of the rules. */
const strangers = [
  '10.0.0.0',
  '10.0.0.77',
  '10.0.1.0',
  '10.0.1.3',
  '10.0.1.255',
  '10.0.2.1',
  '192.0.2.1',
  '2001:db8::',
  '2001:db8::c0',
  '2001:db8::c3',
  '2001:db8::ffff',
  '2001:db9::1',
];
const sockets = [
  ...[20, 22, 443, 1024, 2997, 2998, 2999, 3000, 3001, 3002, 3003, 3004, 3008, 65_535].map(tcpPort),
  { protocol: 'udp', port: 3000 } as const,
];

interface Case {
  readonly inventory: Inventory;
  readonly made: Plan;
}

/** Every case that can be planned. What cannot is refused for what it is, never by a failing proof. */
function eachPlan(runs: number, check: (one: Case) => void): { planned: number; split: number } {
  const counts = { planned: 0, split: 0 };
  const property = fc.property(
    anyInventory(),
    fc.constantFrom(...experiments),
    (inventory, experiment) => {
      const made = planned(() => plan(experiment, inventory, 'run1'));
      if (made === undefined) return;
      counts.planned += 1;
      counts.split += made.steps.some(({ kind }) => kind === 'add-rules') ? 1 : 0;
      check({ inventory, made });
    },
  );
  fc.assert(property, { numRuns: runs });
  return counts;
}

function planned(make: () => Plan): Plan | undefined {
  try {
    return make();
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    const message = error instanceof Refusal ? error.message : '';
    expect(message).toMatch(grammar);
    expect(message).not.toContain('Cannot prove the plan exact');
    return undefined;
  }
}

interface Attempt {
  readonly from: Dialler;
  readonly to: Interface;
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
}

/** Everyone to everyone on every port that matters. */
function attempts({ interfaces }: Inventory): Attempt[] {
  const known = interfaces.flatMap(({ addresses, groupIds, instanceId }) =>
    addresses.map((address): Dialler => ({ address, groupIds, instanceId })),
  );
  const others = strangers.map((address): Dialler => ({ address, groupIds: [] }));
  return [...known, ...others].flatMap((from) =>
    interfaces.flatMap((to) => sockets.map((socket) => ({ from, to, ...socket }))),
  );
}

function tcpPort(port: number): { protocol: 'tcp' | 'udp'; port: number } {
  return { protocol: 'tcp', port };
}

/** By the plan's own cuts: who is meant to be stopped. */
function isCut({ cuts }: Plan, { from, to, protocol, port }: Attempt): boolean {
  return cuts.some(
    (cut) =>
      protocol === 'tcp' &&
      cut.ports.includes(port) &&
      cut.from.includes(from.instanceId ?? '') &&
      cut.to.includes(to.instanceId ?? ''),
  );
}

const opens = (groups: readonly SecurityGroup[], { from, ...rest }: Attempt): boolean =>
  admitted(groups, from, rest);

const sayOf = ({ from, to, protocol, port }: Attempt): string =>
  `${from.address} → ${to.id} ${protocol} ${port}`;

describe('over any inventory, a client-cut', () => {
  test('stops exactly the cut: what is open after is what was open before, minus the cut', () => {
    const counts = eachPlan(250, ({ inventory, made }) => {
      const after = injected(inventory.groups, made.steps);
      const wrong = attempts(inventory).filter(
        (one) => opens(after, one) !== (opens(inventory.groups, one) && !isCut(made, one)),
      );
      expect(wrong.map(sayOf)).toEqual([]);
    });

    expect(counts.planned).toBeGreaterThan(60);
    expect(counts.split).toBeGreaterThan(30);
  });

  test('never stops anything else on the way in or out', () => {
    eachPlan(100, ({ inventory, made }) => {
      const before = inventory.groups;
      const stages = stagesOf(before, made.steps);
      const back = restoredStagesOf(stages.at(-1) ?? [], made.steps);
      const kept = attempts(inventory).filter((one) => opens(before, one) && !isCut(made, one));
      for (const groups of [...stages, ...back]) {
        expect(kept.filter((one) => !opens(groups, one)).map(sayOf)).toEqual([]);
      }
    });
  });

  test('restored, leaves every rule as it was: id, ports, peer, description, tags', () => {
    const counts = eachPlan(250, ({ inventory, made }) => {
      const during = injected(inventory.groups, made.steps);
      const back = restoredStagesOf(during, made.steps).at(-1);

      expect(during).not.toEqual(inventory.groups);
      expect(made).toEqual(JSON.parse(JSON.stringify(made)));
      expect(back).toEqual(inventory.groups);
    });

    expect(counts.planned).toBeGreaterThan(60);
  });
});
