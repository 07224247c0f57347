import { expect, test } from 'vitest';
import { confirmed, kindsIn, linksAfter, seenIn, splitIn } from './confirmed.ts';

/** Every other fault that hosts do, with the outcome a real cluster had, and nothing left. */

test.concurrent('30 % of fabric packets lost: size stays whole, and the share is as asked', async () => {
  const report = await confirmed(['examples/flaky-fabric.json']);

  expect(splitIn(report).keys).toBe(0);
  expect(seenIn(report)).toMatch(/stopped \d+ of \d+ packets/);
});

test.concurrent('every third new connection is refused, and two of three get through', async () => {
  const report = await confirmed(['examples/every-third-connection.json']);

  expect(seenIn(report)).toMatch(/\d+ of \d+ new connections/);
});

test.concurrent('one of two fabric links down: size stays whole, half of the links die and stay dead', async () => {
  const report = await confirmed(['examples/link-down.json', '--layout', 'two-fabric']);
  const [cut = 0, ...others] = linksAfter(report);

  expect(splitIn(report).keys).toBe(0);
  expect(cut).toBeGreaterThan(10);
  expect(cut).toBeLessThan(38);
  for (const links of others) expect(links).toBeLessThan(48);
});

test.concurrent('half of the new connections go to the other address, those that stand stay', async () => {
  const report = await confirmed(['examples/reroute.json', '--layout', 'two-fabric']);

  expect(kindsIn(report)).toEqual(['host-reroute']);
  expect(seenIn(report)).toMatch(/turned \d+ of \d+ new connections/);
  expect(splitIn(report).keys).toBe(0);
});

test.concurrent('clients lose every node by a filter of their own, and the cluster notices nothing', async () => {
  const report = await confirmed(['examples/client-cut-iptables.json']);

  expect(report.plan.hosts).toHaveLength(1);
  expect(seenIn(report)).toMatch(/new connections: (\d+) of \1 stopped \(refused\)/);
  expect(splitIn(report).keys).toBe(0);
});

test.concurrent('3000 of one node alone: its clients time out, those of the others go on', async () => {
  const report = await confirmed(['examples/client-cut-one-node.json', '--clients', '2']);

  expect(seenIn(report)).toMatch(/new connections: (\d+) of \1 stopped \(timed-out\)/);
  expect(seenIn(report)).toMatch(/controls: (\d+) of \1 still open/);
  expect(splitIn(report).keys).toBe(0);
});

test.concurrent('xdr-cut by iptables: one destination of two is lost, the other is not', async () => {
  const report = await confirmed(['examples/xdr-cut-iptables.json', '--destinations', '2']);

  expect(seenIn(report)).toMatch(/new connections: (\d+) of \1 stopped/);
  expect(seenIn(report)).toMatch(/controls: (\d+) of \1 still open/);
  // The lab's destinations are nodes of one cluster, which XDR names as one.
  expect(report.xdr.map(({ node, destination }) => `${node} ${destination}`)).toEqual([
    'n1 reporting',
    'n2 reporting',
    'n3 reporting',
  ]);
  for (const { before, worst } of report.xdr) {
    expect(worst?.lagSeconds).toBeGreaterThan((before?.lagSeconds ?? 0) + 3);
    expect(worst?.queued).toBeGreaterThan(0);
  }
});

// Either server knows only its own way, and answers the other with an error.
test.concurrent.each([
  ['from 5.0 on by taking the namespaces away', 'default'],
  ['to 4.9 by holding the link down', 'old-server'],
])('xdr-pause %s: nothing is shipped, and afterwards all is', async (_, layout) => {
  const words = ['--destinations', '1', '--layout', layout];
  const report = await confirmed(['examples/xdr-pause.json', ...words]);

  for (const name of ['n1', 'n2', 'n3']) {
    expect(seenIn(report)).toContain(`${name} ships nothing to reporting`);
  }
});

test.concurrent('a stopped service refuses its clients until it is started again', async () => {
  const report = await confirmed(['examples/service-stop.json', '--destinations', '1']);

  expect(seenIn(report)).toContain('service of d1: refused');
  expect(report.restored.map(({ by }) => by)).toEqual(['host timer']);
});

test.concurrent('a frozen process keeps its connections and leaves the cluster', async () => {
  const report = await confirmed(['examples/service-freeze.json']);

  expect(seenIn(report)).toContain('service of n1: open and silent');
  expect(splitIn(report).sizes).toContain(2);
});

test.concurrent('flapping: the node goes and comes back as often as the link does', async () => {
  const report = await confirmed(['examples/flapping.json']);
  const sizes = report.clusters.map(({ size }) => size);

  expect(sizes.filter((size) => size === 1)).toHaveLength(2);
  expect(sizes.filter((size) => size === 3).length).toBeGreaterThanOrEqual(3);
});

test.concurrent('a sequence: first a partition, then a client-cut, each in its own time', async () => {
  const report = await confirmed(['examples/sequence.json']);

  expect(splitIn(report).sizes).toEqual(expect.arrayContaining([1, 2, 3]));
  expect(report.parts).toHaveLength(2);
});

test.concurrent('a node that is cut off before it starts does not join until it may', async () => {
  const report = await confirmed(['examples/block-join.json']);

  expect(kindsIn(report).toSorted()).toEqual(['hold-service', 'host-cut']);
  expect(splitIn(report).sizes).toContain(2);
});
