/**
 * A Lambda that returns with work pending is frozen, and the work goes on at the next call, whenever that
 * is. That would break the bound L of the protocol. So no handler may settle before its own calls have,
 * whichever of them fails.
 */
import { describe, expect, test } from 'vitest';
import { clientCut, exampleInventory, halves } from '../../fakes/example-cluster.ts';
import { everyFault } from '../../fakes/example-faults.ts';
import type { Fault } from '../../fakes/example-faults.ts';
import { nth } from '../../fakes/intercept.ts';
import type { Call, Intercept } from '../../fakes/intercept.ts';
import { runWorkflow } from '../../fakes/workflow.ts';
import type { Invoke } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';

/** A probe that goes on changes nothing that a run's end hangs on. */
const matters = ({ name }: Call): boolean => name !== 'hosts.run probe';
const fails: Intercept = async ({ name }) => {
  throw new Error(`ThrottlingException ${name}`);
};

/** What was pending when some handler settled; the nth call fails, or none. */
async function pendingIn(
  { input, world: worldOf }: Fault,
  n: number,
): Promise<{ pending: string[]; calls: string[] }> {
  const world = worldOf();
  const pending: string[] = [];
  const calls: string[] = [];
  const onWay = new Set<Call>();
  const follow: Intercept = async (call, proceed) => {
    calls.push(call.name);
    onWay.add(call);
    return proceed().finally(() => onWay.delete(call));
  };
  const invoke: Invoke = (state, handler) =>
    handler().finally(() => {
      for (const call of onWay) if (matters(call)) pending.push(`${state} left ${call.name}`);
    });
  const gateways = world.gateways(follow, nth(n, matters, fails));
  await runWorkflow(gateways, { runId: 'run1', input, invoke }).catch(() => {});
  return { pending, calls };
}

const fourNodes = (): World => new World({ inventory: exampleInventory(4) });
const sideBySide: readonly Fault[] = [
  { name: 'packet filters on two hosts', input: halves, world: fourNodes },
  { name: 'a rule split, connections severed', input: clientCut, world: fourNodes },
  ...everyFault.slice(2),
];

describe.each(sideBySide)('$name: no handler returns before its own calls have', (fault) => {
  test('whichever of its calls fails', async () => {
    const { calls } = await pendingIn(fault, 0);
    const found: string[] = [];
    for (let n = 1; n <= calls.length; n += 1) {
      const { pending } = await pendingIn(fault, n);
      found.push(...pending.map((says) => `${says} when call ${n} failed`));
    }

    expect(calls.length).toBeGreaterThan(100);
    expect(found).toEqual([]);
  });
});
