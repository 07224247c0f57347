import { describe, expect, test } from 'vitest';
import { EC2_BUCKETS } from '../../../lab/cloud/ec2/buckets.ts';
import type { AclEntry, Rule, RuleSpec } from '../../../core/inventory.ts';
import { ec2Network } from '../../../lambda/aws/network.ts';
import { systemClock } from '../../../lambda/aws/clock.ts';
import type { Answer } from '../../../lambda/gateways.ts';
import { bench } from '../../lab/ec2/bench.ts';

/** The whole gateway against the lab's EC2, whose behaviours are told by its own tests. */

const credentials = { accessKeyId: 'lab', secretAccessKey: 'lab' };
const done: Answer = { kind: 'done' };
const marks = { 'aerofault:run': 'r1', 'aerofault:cluster': 'orders' };

const isOurs = ({ tags }: Rule): boolean => tags['aerofault:run'] === 'r1';

async function networkOnBench() {
  const made = await bench();
  const connection = { region: 'eu-west-1', endpoint: made.endpoint.url, credentials };
  const network = ec2Network(connection, { clock: systemClock });
  const inventory = await network.observe('orders');
  return { ...made, network, inventory };
}

test('observe() sees what the endpoint has, whole', async () => {
  const { inventory, state } = await networkOnBench();
  const seen = state.describe();

  expect(inventory.instances.filter(({ role }) => role === 'node')).toHaveLength(3);
  expect(inventory.interfaces.map(({ id }) => id)).toEqual(
    seen.interfaces.map(({ id }) => id).toSorted(),
  );
  const used = inventory.subnets.map(({ id }) => id);
  expect(new Set(used)).toEqual(new Set(inventory.interfaces.map(({ subnetId }) => subnetId)));
  expect(inventory.networkAcls.flatMap(({ subnetIds }) => subnetIds)).toEqual(
    expect.arrayContaining(used),
  );
  for (const acl of inventory.networkAcls) {
    expect(acl.entries.length).toBeGreaterThan(0);
    for (const { number } of acl.entries) expect(number).toBeLessThanOrEqual(32_766);
  }
});

test('observe() finds the groups whose rules name one of ours, in or out', async () => {
  const { network, inventory, groupId } = await networkOnBench();
  const { vpcId } = inventory.interfaces[0]!;
  const peer = { kind: 'group', groupId: groupId('nodes') } as const;
  const rule: RuleSpec = { protocol: 'tcp', fromPort: 9145, toPort: 9145, peer };
  for (const direction of ['ingress', 'egress'] as const) {
    await network.makeGroup({ name: `metrics-${direction}`, vpcId, says: 'metrics', tags: marks });
    const made = await network.groupsMadeBy('r1');
    const { id } = made.find(({ name }) => name === `metrics-${direction}`)!;
    await network.addRules(id, { direction, rules: [rule], tags: {} });
  }

  const { groups } = await network.observe('orders');
  const names = groups.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['metrics-ingress', 'metrics-egress']));
});

test.each([
  ['running', {}, 'there'],
  ['stopping', {}, 'there'],
  ['stopped', {}, 'stopped'],
  ['stopped', { hibernates: true }, 'there'],
  ['shutting-down', {}, 'gone'],
  ['terminated', {}, 'gone'],
] as const)('lifeOf() an instance that is %s %o: %s', async (state, more, life) => {
  const made = await networkOnBench();
  const [instance] = made.state.instances.values();
  made.state.instances.set(instance!.id, { ...instance!, ...more, state });

  expect(await made.network.lifeOf(instance!.id)).toBe(life);
});

test('lifeOf() an instance that EC2 has forgotten: gone, but not where EC2 does not answer', async () => {
  const { network, endpoint } = await networkOnBench();
  expect(await network.lifeOf('i-0123456789abcdef0')).toBe('gone');

  const denied = {
    kind: 'fail',
    code: 'UnauthorizedOperation',
    message: 'no',
    status: 403,
  } as const;
  endpoint.misbehave('DescribeInstances', denied, 9);
  await expect(network.lifeOf('i-0123456789abcdef0')).rejects.toThrow('no');
});

const spec = (port: number, cidr = '10.0.0.0/16'): RuleSpec => ({
  protocol: 'tcp',
  fromPort: port,
  toPort: port,
  peer: { kind: 'ipv4', cidr },
});

test('a rule is edited and put back with its id and tags, and pieces come and go', async () => {
  const { network, groupId } = await networkOnBench();
  const id = groupId('nodes');
  const before = await network.rules(id);
  const clients = before!.find(({ tags }) => tags['Name'] === 'clients')!;
  const parked: RuleSpec = { ...clients.spec, fromPort: 0, toPort: 0, description: 'aerofault:r1' };

  const addition = { direction: 'ingress', rules: [spec(3001), spec(3002)], tags: marks } as const;
  expect(await network.addRules(id, addition)).toEqual(done);
  expect(await network.editRules(id, [{ ruleId: clients.id, during: parked }])).toEqual(done);
  const during = await network.rules(id);
  expect(during!.find((rule) => rule.id === clients.id)).toEqual({ ...clients, spec: parked });
  const pieces = during!.filter(isOurs);
  expect(pieces).toHaveLength(2);

  expect(await network.editRules(id, [{ ruleId: clients.id, during: clients.spec }])).toEqual(done);
  const ruleIds = pieces.map((rule) => rule.id);
  expect(await network.removeRules(id, { direction: 'ingress', ruleIds })).toEqual(done);
  expect(await network.rules(id)).toEqual(before);
});

test('pieces of which one is gone already are still all removed', async () => {
  const { network, groupId } = await networkOnBench();
  const id = groupId('nodes');
  const before = await network.rules(id);
  const addition = { direction: 'ingress', rules: [spec(3001), spec(3002)], tags: marks } as const;
  await network.addRules(id, addition);
  const ruleIds = (await network.rules(id))!.filter(isOurs).map((rule) => rule.id);

  await network.removeRules(id, { direction: 'ingress', ruleIds: ruleIds.slice(0, 1) });
  expect(await network.removeRules(id, { direction: 'ingress', ruleIds })).toEqual(done);
  expect(await network.rules(id)).toEqual(before);
});

test('a group of the run’s own is made, filled, attached, taken off and deleted', async () => {
  const { network, inventory } = await networkOnBench();
  const { id: interfaceId, vpcId, groupIds } = inventory.interfaces[0]!;
  const name = 'aerofault-r1-1';

  expect(await network.makeGroup({ name, vpcId, says: 'Side 1', tags: marks })).toEqual(done);
  const [group] = await network.groupsMadeBy('r1');
  expect(group?.name).toBe(name);
  const defaults = (await network.rules(group!.id))!.map(({ id }) => id);
  expect(defaults.length).toBeGreaterThan(0);
  const removal = { direction: 'egress', ruleIds: defaults } as const;
  expect(await network.removeRules(group!.id, removal)).toEqual(done);
  expect(await network.rules(group!.id)).toEqual([]);
  const egress = { direction: 'egress', rules: [spec(3001)], tags: marks } as const;
  expect(await network.addRules(group!.id, egress)).toEqual(done);

  expect(await network.setGroups(interfaceId, [...groupIds, group!.id])).toEqual(done);
  expect((await network.deleteGroup(group!.id)).kind).toBe('refused');
  expect(await network.setGroups(interfaceId, groupIds)).toEqual(done);
  expect((await network.groupsOn(interfaceId))?.toSorted()).toEqual(groupIds);

  expect(await network.deleteGroup(group!.id)).toEqual(done);
  expect(await network.deleteGroup(group!.id)).toEqual(done);
  expect(await network.rules(group!.id)).toBeUndefined();
  expect(await network.groupsMadeBy('r1')).toEqual([]);
  expect((await network.setGroups(interfaceId, [group!.id])).kind).toBe('refused');
});

describe('a subnet', () => {
  const entry: AclEntry = {
    number: 1,
    direction: 'ingress',
    action: 'deny',
    protocol: '6',
    fromPort: 3001,
    toPort: 3002,
    cidr: '10.0.0.0/8',
  };

  test('is given a network ACL of the run’s own, and the one it had', async () => {
    const { network, inventory } = await networkOnBench();
    const [subnet] = inventory.subnets;
    const before = await network.aclOf(subnet!.id);
    const original = inventory.networkAcls.find(({ id }) => id === before!.aclId)!;

    expect(await network.makeAcl({ vpcId: subnet!.vpcId, tags: marks })).toEqual(done);
    const [clone] = await network.aclsMadeBy({ runId: 'r1', expires: 'never' });
    expect(clone).toMatchObject({ tags: marks, entries: [] });
    const entries = [entry, ...original.entries];
    for (const one of entries) expect(await network.addAclEntry(clone!.id, one)).toEqual(done);
    const [filled] = await network.aclsMadeBy({ runId: 'r1', expires: 'never' });
    expect(filled?.entries).toHaveLength(entries.length);
    expect(filled?.entries).toEqual(expect.arrayContaining(entries));

    expect(await network.associateAcl(before!.associationId, clone!.id)).toEqual(done);
    const during = await network.aclOf(subnet!.id);
    expect(during).toMatchObject({ aclId: clone!.id, tags: marks });
    expect((await network.associateAcl(before!.associationId, clone!.id)).kind).toBe('refused');
    expect((await network.deleteAcl(clone!.id)).kind).toBe('refused');

    expect(await network.associateAcl(during!.associationId, original.id)).toEqual(done);
    expect((await network.aclOf(subnet!.id))?.aclId).toBe(original.id);
    expect(await network.deleteAcl(clone!.id)).toEqual(done);
    expect(await network.deleteAcl(clone!.id)).toEqual(done);
    expect(await network.aclsMadeBy({ runId: 'r1', expires: 'never' })).toEqual([]);
  });

  test('that is not there has none', async () => {
    const { network } = await networkOnBench();
    expect(await network.aclOf('subnet-0123456789abcdef0')).toBeUndefined();
    expect(await network.groupsOn('eni-0123456789abcdef0')).toBeUndefined();
  });
});

test('trying out changes nothing', async () => {
  const { network, inventory, groupId, state, changes } = await networkOnBench();
  const before = JSON.stringify(state.describe());
  const [eni] = inventory.interfaces;
  const acl = await network.aclOf(inventory.subnets[0]!.id);
  const [rule] = (await network.rules(groupId('nodes')))!;
  const edits = [{ ruleId: rule!.id, during: rule!.spec }];

  const answers = [
    await network.tryOut({ kind: 'edit-rules', groupId: groupId('nodes'), edits }),
    await network.tryOut({
      kind: 'set-groups',
      interfaceId: eni!.id,
      groupIds: [groupId('nodes')],
    }),
    await network.tryOut({ kind: 'swap-acl', ...acl! }),
  ];
  expect(answers).toEqual([done, done, done]);
  expect(changes()).toBe(0);
  expect(JSON.stringify(state.describe())).toBe(before);
});

test('changes go through though the endpoint throttles as EC2 does, and none is made twice', async () => {
  const { network, endpoint, groupId } = await networkOnBench();
  endpoint.buckets = EC2_BUCKETS;
  endpoint.misbehave('AuthorizeSecurityGroupIngress', { kind: 'throttle' }, 3);
  const id = groupId('nodes');
  const ports = Array.from({ length: 6 }, (_, index) => 4_000 + index);

  const answers = await Promise.all(
    ports.map((port) =>
      network.addRules(id, { direction: 'ingress', rules: [spec(port)], tags: marks }),
    ),
  );
  expect(answers).toEqual(ports.map(() => done));
  const added = (await network.rules(id))!.filter(isOurs);
  expect(new Set(added.map((rule) => rule.spec.fromPort))).toEqual(new Set(ports));
  expect(added).toHaveLength(ports.length);
});

test('a lost answer is unknown, and the change is there', async () => {
  const { network, endpoint, groupId } = await networkOnBench();
  endpoint.misbehave('AuthorizeSecurityGroupIngress', { kind: 'lose-answer' });
  const id = groupId('nodes');
  const addition = { direction: 'ingress', rules: [spec(4_000)], tags: marks } as const;
  expect((await network.addRules(id, addition)).kind).toBe('unknown');
  expect((await network.rules(id))!.filter(({ tags }) => tags['aerofault:run'])).toHaveLength(1);
});
