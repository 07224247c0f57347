/** Every kind of step on a host becomes the parameters that its script's document takes. */
import { describe, expect, test } from 'vitest';
import { hostParameters } from '../../../host/parameters.ts';
import type { RunItem } from '../../../core/journal.ts';
import type { HostCut, HostStep } from '../../../core/step.ts';
import { hostScriptOf } from '../../../lambda/engine/host-script.ts';

const injectAt = 1_800_000_020_000;
const run: RunItem = {
  runId: 'run1',
  execution: 'e',
  cluster: 'c',
  life: 'open',
  version: 0,
  openedAt: 0,
  deadlineAt: injectAt + 200_000,
  injectAt,
  restoreAt: injectAt + 60_000,
  intents: {},
  pending: [],
};
const common = { id: 'a', phase: 1, says: 'b', instanceId: 'i-1' };
const whom = { peers: ['10.0.1.11', 'fd00::1'], ports: [3001, 3002] };
const cut: HostCut = { ...common, ...whom, kind: 'host-cut', packets: 'drop', direction: 'both' };

const steps: readonly HostStep[] = [
  cut,
  {
    ...cut,
    part: 12,
    window: { startMs: 5_000, endMs: 15_000 },
    filter: 'nft',
    packets: 'host-unreachable',
    direction: 'inbound',
    intensity: { percent: 30, per: 'packet' },
    flapping: { onSeconds: 2, offSeconds: 600 },
    local: { device: 'eth1' },
  },
  { ...cut, intensity: { every: 100, per: 'connection' }, local: { address: '10.0.9.1' } },
  { ...common, ...whom, kind: 'host-reroute', to: '10.0.1.12' },
  { ...common, ...whom, kind: 'host-reroute', to: '10.0.1.12', source: '10.0.1.13' },
  { ...common, kind: 'host-route', peers: whom.peers, how: 'blackhole' },
  { ...common, kind: 'hold-service', how: 'stop', name: 'aerospike@first.service' },
  { ...common, kind: 'hold-service', how: 'freeze', name: 'asd' },
  ...(['all', 0, 86_400, undefined] as const).map((rewind): HostStep => ({
    ...common,
    kind: 'pause-xdr',
    address: '10.0.1.11',
    port: 3000,
    how: 'remove-namespaces',
    dc: 'DC_1',
    namespaces: ['orders', 'carts-2'],
    ...(rewind === undefined ? {} : { rewind }),
  })),
];

describe('hostScriptOf()', () => {
  test.each(steps)('gives the document of its script what it takes: %j', (step) => {
    const { script, parameters } = hostScriptOf(step, run);
    const taken = hostParameters[script];

    expect(Object.keys(parameters).toSorted()).toEqual(Object.keys(taken).toSorted());
    for (const [name, value] of Object.entries(parameters)) {
      expect(value, name).toMatch(new RegExp(taken[name]!.allowedPattern));
    }
  });

  test('says every choice of a cut in the words of the contract', () => {
    expect(hostScriptOf(steps[1]!, run).parameters).toEqual({
      RunId: 'run1',
      Part: '12',
      InjectAt: '1800000025000',
      RestoreAt: '1800000035000',
      Ports: '3001,3002',
      Peers: '10.0.1.11,fd00::1',
      Packets: 'host-unreachable',
      Direction: 'inbound',
      Filter: 'nft',
      Share: '30%',
      Per: 'packet',
      Local: 'dev:eth1',
      Flap: '2-600',
    });
    const more = hostScriptOf(steps[2]!, run).parameters;
    expect([more['Share'], more['Per'], more['Local']]).toEqual([
      '1/100',
      'connection',
      '10.0.9.1',
    ]);
  });

  test('a step without choices is whole, for the whole hold', () => {
    expect(hostScriptOf(cut, run).parameters).toMatchObject({
      Part: '0',
      InjectAt: String(injectAt),
      RestoreAt: String(run.restoreAt),
      Filter: 'auto',
      Share: 'all',
      Per: 'packet',
      Local: 'any',
      Flap: 'none',
    });
  });

  test('no window outlasts the run', () => {
    const long = { ...cut, window: { startMs: 0, endMs: 3_600_000 } };
    expect(hostScriptOf(long, run).parameters['RestoreAt']).toBe(String(run.restoreAt));
  });
});
