import { describe, expect, test } from 'vitest';
import type { Report } from '../../../core/report.ts';
import { partition } from '../../fakes/example-cluster.ts';
import { shippedNamespaces } from '../../fakes/fake-probe.ts';
import { runWorkflow } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';
import { wrongIn } from './scenes.ts';

const runId = 'run1';
const fabric = { ...partition.fault, ports: ['fabric'] };
const served = { mechanism: 'aerospike' };
const turned = { kind: 'reroute', peer: 'node-2', to: '10.0.1.13', nodes: ['node-1'] };

async function runOf(
  changes: Readonly<Record<string, unknown>>,
  world = new World({}),
): Promise<{ report: Report; looks: number[] }> {
  await runWorkflow(world.gateways(), { runId, input: { ...partition, ...changes } });
  const report = (await world.journal.report(runId))!;
  const notes = await world.journal.notes(runId);
  const looks = notes.flatMap((note) =>
    note.kind === 'probes' && ['prove', 'hold'].includes(note.moment)
      ? note.seen.slice(0, 1).map(({ at }) => at - (report.timing.injectAt ?? 0))
      : [],
  );
  expect(await wrongIn(world)).toEqual([]);
  return { report, looks };
}

describe("a plan of the planner's with parts is confirmed", () => {
  test.each([
    ['flaps', { holdSeconds: 60, flapping: { onSeconds: 10, offSeconds: 10 } }],
    ['flaps quickly', { holdSeconds: 48, flapping: { onSeconds: 4, offSeconds: 8 } }],
    [
      'flaps too quickly for looks',
      { holdSeconds: 60, fault: fabric, flapping: { onSeconds: 2, offSeconds: 2 } },
    ],
    [
      'stops a share by chance',
      { holdSeconds: 120, fault: fabric, intensity: { percent: 30, per: 'connection' } },
    ],
    [
      'stops every third',
      { holdSeconds: 120, fault: fabric, intensity: { every: 3, per: 'packet' } },
    ],
    ['turns new connections', { holdSeconds: 60, fault: turned }],
    [
      'turns half of them',
      { holdSeconds: 60, fault: turned, intensity: { percent: 50, per: 'connection' } },
    ],
    ['freezes a service', { ...served, fault: { kind: 'service-freeze', nodes: ['node-1'] } }],
    ['stops a service', { ...served, fault: { kind: 'service-stop', nodes: ['node-1'] } }],
    [
      'pauses shipping',
      { ...served, fault: { kind: 'xdr-pause', dc: 'FAR', namespaces: shippedNamespaces } },
    ],
    [
      'does one after the other',
      {
        holdSeconds: 60,
        fault: {
          kind: 'sequence',
          parts: [
            { fault: partition.fault, startSeconds: 0, seconds: 20 },
            { fault: { kind: 'client-cut' }, startSeconds: 30, seconds: 20, packets: 'reject' },
          ],
        },
      },
    ],
  ])('that %s', async (_, changes) => {
    const { report } = await runOf(changes);

    expect(report.says).toMatch(/^CONFIRMED/);
    expect(report.parts.length).toBeGreaterThan(0);
    expect(report.parts.map(({ seen }) => seen.answer)).toEqual(
      report.parts.map(() => 'confirmed'),
    );
  });

  test('by routes, which need no parts', async () => {
    const fault = { kind: 'partition', topology: partition.fault.topology };
    const { report } = await runOf({ mechanism: 'route', fault });
    expect([report.outcome, report.parts]).toEqual(['confirmed', []]);
  });
});

describe('looks', () => {
  test('come after injectAt, though hosts that switch by themselves answer before', async () => {
    const { looks } = await runOf({});
    expect(Math.min(...looks)).toBeGreaterThanOrEqual(0);
    expect(looks[0]).toBeLessThan(1_000);
  });

  test('of a plan that flaps meet every time on and every time off', async () => {
    const { looks } = await runOf({
      holdSeconds: 60,
      flapping: { onSeconds: 10, offSeconds: 10 },
    });
    const tens = new Set(looks.map((at) => Math.floor(at / 10_000)));
    expect([...tens]).toEqual([0, 1, 2, 3, 4, 5]);
  });
});

describe('is not confirmed', () => {
  test('where too few new connections were made for a share', async () => {
    const { report } = await runOf({
      holdSeconds: 20,
      fault: turned,
      intensity: { percent: 50, per: 'connection' },
    });
    expect(report.verdicts.inForce).toMatchObject({
      answer: 'inconclusive',
      evidence: [
        expect.stringContaining('fewer than 30 tell nothing'),
        ...Array(3).fill(expect.anything()),
      ],
    });
  });
});
