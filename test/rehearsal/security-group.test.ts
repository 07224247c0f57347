import { expect, test } from 'vitest';
import { confirmed, kindsIn, seenIn, splitIn } from './confirmed.ts';
import { rehearse, reportIn } from './rehearse.ts';
import { standInOnly } from './real-server.ts';

/** Cuts out of every layout of security groups, on the lab's EC2 and in the router's packet filters. */

test.concurrent('self-reference: halves of five nodes split into 2 and 3, severed by ss', async () => {
  const report = await confirmed(['examples/halves.json', '--nodes', '5', '--layout', 'shared']);

  expect(splitIn(report)).toEqual({ sizes: [2, 3], keys: 2 });
  expect(kindsIn(report)).toEqual(
    expect.arrayContaining(['attach-group', 'detach-groups', 'sever']),
  );
});

test.concurrent('self-reference: a pulse of network ACLs severs without any agent, and the groups keep it so', async () => {
  const report = await confirmed(['examples/halves-acl-pulse.json', '--layout', 'tiers']);

  expect(splitIn(report)).toEqual({ sizes: [1, 2], keys: 2 });
  expect(kindsIn(report)).toEqual(expect.arrayContaining(['swap-acl', 'end-pulse']));
  expect(report.plan.hosts).toEqual([]);
});

test.concurrent('self-reference: left alone, five nodes stay one cluster, "new connections only"', async () => {
  const words = ['--nodes', '5', '--layout', 'shared'];
  const report = await confirmed(['examples/halves-leave.json', ...words]);

  expect(report.plan.prediction).toMatchObject({
    clusterSizes: [5],
    connections: 'new connections only',
  });
  expect(splitIn(report).keys).toBe(0);
  expect(seenIn(report)).toContain('new connections only');
});

test.concurrent('zones: five nodes in three zones become three clusters', async () => {
  const report = await confirmed(['examples/zones.json', '--nodes', '5']);

  expect(splitIn(report)).toEqual({ sizes: [1, 2, 2], keys: 3 });
});

test.concurrent('zones by network ACL: three clusters, and no group is touched', async () => {
  const report = await confirmed(['examples/zones-network-acl.json', '--layout', 'tiers']);

  expect(splitIn(report)).toEqual({ sizes: [1, 1, 1], keys: 3 });
  expect(kindsIn(report)).toEqual(['swap-acl']);
});

standInOnly.concurrent(
  'IPv6: a cluster whose heartbeat runs over it is cut in both families',
  async () => {
    const report = await confirmed(['examples/halves.json', '--layout', 'dual-stack']);

    expect(splitIn(report)).toEqual({ sizes: [1, 2], keys: 2 });
  },
);

test.concurrent('a bystander in the shared group keeps every flow, new and standing', async () => {
  const report = await confirmed(['examples/halves.json', '--layout', 'bystander']);

  expect(splitIn(report)).toEqual({ sizes: [1, 2], keys: 2 });
  for (const from of ['monitor', 'n1', 'n2', 'n3']) {
    expect(seenIn(report)).toMatch(
      new RegExp(
        `bystander flows from ${from}: (\\d+) of \\1 new connections opened, (\\d+) of \\2 questions`,
      ),
    );
  }
});

test.concurrent.each([
  ['an exact rule', 'exact'],
  ['a range wider than the cut', 'wide'],
  ['protocol -1', 'all-protocols'],
  ['two groups that both admit the port', 'two-groups'],
])('%s: clients lose new connections and keep those that stand', async (_, layout) => {
  const report = await confirmed(['examples/client-cut.json', '--layout', layout]);

  expect(seenIn(report)).toMatch(/new connections: (\d+) of \1 stopped/);
  expect(seenIn(report)).toMatch(/3 alive, 0 dead.*new connections only/);
});

test.concurrent('a world rule is untracked: established connections fall at once, without sever', async () => {
  const report = await confirmed(['examples/client-cut.json', '--layout', 'world']);

  expect(report.plan.prediction?.connections).toBe('full');
  expect(kindsIn(report)).not.toContain('sever');
  expect(seenIn(report)).toMatch(/0 alive, 3 dead.*full/);
});

standInOnly.concurrent('xdr-cut of one destination of two leaves the other alone', async () => {
  const report = await confirmed(['examples/xdr-cut.json', '--destinations', '2']);

  expect(report.plan.targets.length).toBeGreaterThan(0);
  expect(seenIn(report)).toMatch(/new connections: (\d+) of \1 stopped/);
});

test.concurrent('a person edits the group during the hold: all is restored, and their edits stay', async () => {
  const words = ['--layout', 'wide', '--during-hold', 'edit-group'];
  const report = await confirmed(['examples/client-cut.json', ...words]);

  expect(report.others).toHaveLength(3);
  for (const says of [/is gone$/, /was added$/, /was changed$/]) {
    expect(report.others).toContainEqual(expect.stringMatching(says));
  }
});

test.concurrent.each([
  [
    'a group without the opt-in tag',
    'unregistered',
    /sg-\w+ .*must carry the tag aerofault:cluster/,
  ],
  ['a stale rule', 'stale', /sgr-\w+ .*gone/],
  ["another account's group", 'cross-account', /sgr-\w+ .*account 210987654321/],
  ['more pieces than the quota', 'full', /sg-\w+ .*at most 60 ingress rules.*found 61/],
])('%s is refused by name, and nothing is changed', async (_, layout, says) => {
  const refused = await rehearse(['examples/client-cut.json', '--layout', layout, '--json']);
  const report = reportIn(refused);

  expect(refused.code, report.says).toBe(2);
  expect(refused.stderr).toMatch(says);
  expect(refused.stderr).toContain('Nothing was touched.');
  expect(report.timing.injectedAt).toBeNull();
  expect(report.residue).toEqual([]);
});
