/** Plans on hosts written by hand, for the cluster of example-cluster.ts; see example-plans.ts. */
import type { Plan } from '../../core/plan/plan.ts';
import type { HostCut, HostStep } from '../../core/step.ts';

const [first, second, third] = ['i-node-1', 'i-node-2', 'i-node-3'];
const client = 'i-client-1';
const [addressOfFirst, addressOfSecond, addressOfThird] = ['10.0.1.11', '10.0.1.12', '10.0.1.13'];
const says = 'as written by hand';
const cutPorts = [3001, 3002];

function planOf(runId: string, planned: Plan, steps: HostStep[]): Plan {
  return { ...planned, runId, steps, hosts: steps.map(({ instanceId }) => instanceId) };
}

const cut = (part: number, more: Partial<HostCut>): HostCut => ({
  id: `host-cut/${first}/${part}`,
  phase: 1,
  says,
  kind: 'host-cut',
  instanceId: first,
  part,
  peers: [addressOfSecond, addressOfThird],
  ports: cutPorts,
  packets: 'drop',
  direction: 'both',
  ...more,
});

/** Three parts on one host, one after the other and flapping, and a share rerouted on another. */
export function partsPlan(runId: string, planned: Plan): Plan {
  return planOf(runId, planned, [
    cut(0, { window: { startMs: 0, endMs: 10_000 } }),
    cut(1, { window: { startMs: 12_000, endMs: 30_000 }, packets: 'reject' }),
    cut(2, {
      window: { startMs: 5_000, endMs: 20_000 },
      ports: [3000],
      flapping: { onSeconds: 2, offSeconds: 3 },
    }),
    {
      id: `host-reroute/${second}`,
      phase: 1,
      says,
      kind: 'host-reroute',
      instanceId: second,
      part: 3,
      peers: [addressOfThird],
      ports: [3001],
      to: addressOfFirst,
      intensity: { percent: 50, per: 'connection' },
    },
  ]);
}

/** What no kernel switches: a process that stands still, routes, and shipping that is paused. */
export function holdsPlan(runId: string, planned: Plan): Plan {
  const common = { phase: 1, says };
  return planOf(runId, planned, [
    {
      ...common,
      id: `hold-service/${first}`,
      kind: 'hold-service',
      instanceId: first,
      how: 'freeze',
      name: 'asd',
    },
    {
      ...common,
      id: `host-route/${client}`,
      kind: 'host-route',
      instanceId: client,
      part: 1,
      peers: [addressOfSecond],
      how: 'blackhole',
    },
    {
      ...common,
      id: `pause-xdr/${third}`,
      kind: 'pause-xdr',
      instanceId: third,
      part: 2,
      address: addressOfThird,
      port: 3000,
      how: 'remove-namespaces',
      dc: 'backup',
      namespaces: ['orders'],
    },
    cut(3, { id: `host-cut/${third}`, instanceId: third, peers: [addressOfSecond] }),
  ]);
}
