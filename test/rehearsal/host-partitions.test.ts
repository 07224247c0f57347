import { expect, test } from 'vitest';
import { confirmed, kindsIn, linksAfter, seenIn, splitIn } from './confirmed.ts';
import { exampleLike, rehearse, reportIn, span } from './rehearse.ts';
import { standInOnly } from './real-server.ts';

/** Partitions by the hosts themselves, on every kind of host, with the outcome a real cluster had. */

test.concurrent('a minority of five splits off: 2 and 3 under two keys', async () => {
  const report = await confirmed(['examples/minority.json', '--nodes', '5']);

  expect(splitIn(report)).toEqual({ sizes: [2, 3], keys: 2 });
  expect(report.plan.hosts).toHaveLength(2);
});

test.concurrent('bridge of five: one side keeps the node in common, the other is taken in by nobody', async () => {
  const report = await confirmed(['examples/bridge.json', '--nodes', '5']);

  expect(splitIn(report)).toEqual({ sizes: [0, 3], keys: 2 });
  expect(report.plan.hosts).toHaveLength(2);
});

test.concurrent('ring of five: one cluster of neighbours, and orphans that stop serving', async () => {
  const report = await confirmed(['examples/ring.json', '--nodes', '5']);

  expect(splitIn(report)).toEqual({ sizes: [0, 2], keys: 2 });
  expect(report.plan.hosts).toHaveLength(3);
});

test.concurrent('a pair loses each other: one of them is left out and ends with size 0', async () => {
  const report = await confirmed(['examples/pairs.json']);

  expect(splitIn(report).sizes).toEqual([0, 2]);
  expect(report.plan.hosts).toHaveLength(1);
});

test.concurrent('3001 alone: size stays whole while the fabric links of the node die', async () => {
  const report = await confirmed(['examples/fabric-only.json']);

  expect(splitIn(report).keys).toBe(0);
  expect(seenIn(report)).toMatch(/cluster sizes 3 under 1 key/);
});

test.concurrent('3002 alone splits the cluster as both ports do', async () => {
  const report = await confirmed(['examples/heartbeat-only.json']);

  expect(splitIn(report)).toEqual({ sizes: [1, 2], keys: 2 });
  expect(linksAfter(report)).toEqual([48, 48, 48]);
});

test.concurrent('one way only: heartbeat comes back the other way round, and nobody leaves', async () => {
  const run = await rehearse(['examples/one-way.json', '--json']);
  const report = reportIn(run);

  expect(run.code, report.says).toBe(1);
  expect(report.verdicts.inForce.answer).toBe('refuted');
  expect(seenIn(report)).toContain('the cut is one-ended');
  expect(seenIn(report)).toMatch(/new connections: (\d+) of \1 stopped/);
  expect(splitIn(report).keys).toBe(0);
  expect(report.residue).toEqual([]);
});

test.concurrent('the principal is cut off, and the others have another', async () => {
  const report = await confirmed(['examples/isolate-principal.json']);

  expect(splitIn(report)).toEqual({ sizes: [1, 2], keys: 2 });
  expect(namesOf(report.plan.steps)).toEqual(['n3']);
});

standInOnly.concurrent('a rack is cut off by its number', async () => {
  const report = await confirmed(['examples/isolate-rack.json', '--layout', 'racks']);

  expect(splitIn(report).keys).toBe(2);
  expect(report.plan.targets).toHaveLength(1);
});

test.concurrent('any node is cut off by chance, the same one for the same seed', async () => {
  const topology = { kind: 'isolate', count: 1, random: true };
  const ports = ['fabric', 'heartbeat'];
  const changes = {
    name: 'isolate-random',
    seed: 2,
    fault: { kind: 'partition', topology, ports },
  };
  const report = await confirmed([exampleLike('examples/isolate-one-node.json', changes)]);

  expect(splitIn(report)).toEqual({ sizes: [1, 2], keys: 2 });
  expect(namesOf(report.plan.steps)).toEqual(['n3']);
});

standInOnly.concurrent('TLS twins are read from the nodes and cut with their ports', async () => {
  const report = await confirmed(['examples/isolate-ports-from-node.json', '--layout', 'tls']);

  expect(splitIn(report)).toEqual({ sizes: [1, 2], keys: 2 });
  expect(report.plan.steps.map(({ says }) => says)).toEqual([
    expect.stringContaining('ports 3001, 3002, 3011, 3012 '),
  ]);
});

test.concurrent('a hundred rules of its own, established connections first, do not void the fault', async () => {
  const report = await confirmed(['examples/isolate-tcp-reset.json', '--layout', 'own-rules']);

  expect(splitIn(report)).toEqual({ sizes: [1, 2], keys: 2 });
});

standInOnly.concurrent(
  'a node in a container behind a bridge is cut off on its machine',
  async () => {
    const report = await confirmed(['examples/isolate-one-node.json', '--layout', 'container']);

    expect(splitIn(report)).toEqual({ sizes: [1, 2], keys: 2 });
  },
);

test.concurrent('where iptables is missing, nft does it, and nothing of it is left', async () => {
  const report = await confirmed(['examples/isolate-one-node.json', '--layout', 'no-iptables']);

  expect(splitIn(report)).toEqual({ sizes: [1, 2], keys: 2 });
});

test.concurrent('where there is no packet filter, routes do it', async () => {
  const report = await confirmed(['examples/route.json', '--layout', 'no-filters']);

  expect(splitIn(report)).toEqual({ sizes: [1, 2], keys: 2 });
  expect(kindsIn(report)).toEqual(['host-route']);
  expect(Math.abs(span(report.timing.restoreAt, report.timing.restoredAt))).toBeLessThan(1_000);
});

/** Who is changed, in the words of the steps: `n1: drop …`. */
function namesOf(steps: readonly { readonly says: string }[]): string[] {
  return steps.map(({ says }) => says.replace(/:.*$/, ''));
}
