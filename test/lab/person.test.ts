import { EC2Client, RevokeSecurityGroupIngressCommand } from '@aws-sdk/client-ec2';
import { expect, onTestFinished, test } from 'vitest';
import { startEc2 } from '../../lab/cloud/ec2/server.ts';
import { Ec2State } from '../../lab/cloud/ec2/state.ts';
import { ec2Text } from '../../lab/ec2-text.ts';
import { editNodesGroup, withEdits } from '../../lab/person.ts';
import { buildWorld } from '../../lab/vpc/world.ts';

const onChange = () => Promise.resolve();

/** The lab's EC2 as it stands two seconds into a hold that narrowed the clients' rule. */
async function duringHold() {
  const state = new Ec2State(buildWorld({ cluster: 'orders', nodes: 3, clients: 1 }).inventory);
  const before = state.describe();
  const clients = before.rules.find(({ description }) => description === 'clients')!;
  state.rules.set(clients.id, { ...clients, fromPort: 3001, description: 'aerofault:r1' });
  const endpoint = await startEc2(state, { host: '127.0.0.1', port: 0, onChange });
  const credentials = { accessKeyId: 'lab', secretAccessKey: 'lab' };
  const client = new EC2Client({ endpoint: endpoint.url, region: 'eu-west-1', credentials });
  onTestFinished(async () => {
    client.destroy();
    await endpoint.close();
  });
  return { state, before, clients, client, now: () => state.describe() };
}

test('a person adds a rule, removes the one for ssh, and describes the narrowed rule anew', async () => {
  const { before, clients, client, now } = await duringHold();
  const edits = await editNodesGroup(client, { before, now });

  expect(edits.added).toMatchObject({ fromPort: 9200, description: 'node exporter' });
  expect([...edits.described]).toEqual([[clients.id, 'clients, as a person says']]);
  const rules = new Map(now().rules.map((rule) => [rule.id, rule]));
  expect(rules.has(edits.removed)).toBe(false);
  expect(rules.get(clients.id)).toMatchObject({
    fromPort: 3001,
    description: 'clients, as a person says',
  });
});

test('withEdits() is what was before and their edits: ports back, their words kept', async () => {
  const { state, before, clients, client, now } = await duringHold();
  const edits = await editNodesGroup(client, { before, now });
  const expected = withEdits(before, edits);
  expect(ec2Text(expected)).not.toBe(ec2Text(now()));

  const restored = { ...state.rules.get(clients.id)!, fromPort: 3000 };
  state.rules.set(clients.id, restored);
  expect(ec2Text(expected)).toBe(ec2Text(now()));

  await client.send(
    new RevokeSecurityGroupIngressCommand({
      GroupId: edits.added.groupId,
      SecurityGroupRuleIds: [edits.added.id],
    }),
  );
  expect(ec2Text(expected)).not.toBe(ec2Text(now()));
});

test('ec2Text() does not mind the order of the groups on an interface', () => {
  const { inventory } = buildWorld({
    cluster: 'orders',
    nodes: 1,
    clients: 0,
    layout: 'two-groups',
  });
  const [one] = inventory.interfaces;
  const turned = { ...one!, groupIds: one!.groupIds.toReversed() };
  const fewer = { ...one!, groupIds: one!.groupIds.slice(1) };

  expect(ec2Text({ ...inventory, interfaces: [turned] })).toBe(ec2Text(inventory));
  expect(ec2Text({ ...inventory, interfaces: [fewer] })).not.toBe(ec2Text(inventory));
});
