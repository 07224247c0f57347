import { EC2Client, ModifySecurityGroupRulesCommand } from '@aws-sdk/client-ec2';
import { startEc2 } from '../../../../lab/cloud/ec2/server.ts';
import { CLOUD_ADDRESS } from '../../../../lab/vpc/cloud-address.ts';
import { ruleset } from '../../../../lab/vpc/enforcement.ts';
import {
  clientRule,
  connectAll,
  enforce,
  groupNamed,
  n1,
  n2,
  network,
  state,
  without,
} from './groups-bench.ts';
import { connect, startFlow } from './traffic.ts';

/** Two tracked flows whose rule is gone, so that only tracking keeps them, and an untracked one. */
async function reloads() {
  const flows = await Promise.all([
    startFlow(network, 'c1', { address: n1![4], port: 3000 }),
    startFlow(network, 'c1', { address: n1![6], port: 3000 }),
    startFlow(network, 'c2', { address: n2![4], port: 9000 }),
  ]);
  const seen = await without(
    ({ id }) => id === clientRule.id,
    async () => {
      const echoes: boolean[] = [];
      for (let round = 0; round < 15; round += 1) {
        const [, ...heard] = await Promise.all([
          enforce(),
          ...flows.map((flow) => flow.echoes(2000)),
        ]);
        echoes.push(...heard);
      }
      return { lost: echoes.filter((echo) => !echo).length, of: echoes.length };
    },
  );
  for (const flow of flows) flow.end();
  return seen;
}

/** A set of rules that does not load must leave the one before it in force. */
async function brokenReload() {
  const broken = ruleset(state.describe()).replace('policy drop;', 'policy drop; nonsense;');
  const refused = await network.enforce(broken).then(
    () => false,
    () => true,
  );
  const seen = await connectAll({ open: ['c1', n1![4], 3000], closed: ['n2', n1![4], 3003] });
  return { refused, ...seen };
}

/** The whole way of a real change: SDK → endpoint → state → router, blocked when the answer is there. */
async function throughTheApi() {
  const endpoint = await startEc2(state, { host: CLOUD_ADDRESS, port: 0, onChange: enforce });
  const client = new EC2Client({
    endpoint: endpoint.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'lab', secretAccessKey: 'lab' },
  });
  const park = (FromPort: number, ToPort: number) => {
    const ReferencedGroupId = groupNamed('aerospike-clients');
    const ports = { IpProtocol: 'tcp', FromPort, ToPort };
    const SecurityGroupRule = { ...ports, ReferencedGroupId, Description: 'clients' };
    const SecurityGroupRules = [{ SecurityGroupRuleId: clientRule.id, SecurityGroupRule }];
    const GroupId = clientRule.groupId;
    return client.send(new ModifySecurityGroupRulesCommand({ GroupId, SecurityGroupRules }));
  };
  await park(3000, 3003);
  const began = performance.now();
  await park(1, 1);
  const tookMs = performance.now() - began;
  const parked = await connect(network, 'c1', { address: n1![4], port: 3000 });
  await park(3000, 3003);
  const back = await connect(network, 'c1', { address: n1![4], port: 3000 });
  client.destroy();
  await endpoint.close();
  return { tookMs, parked, back };
}

/** nft takes every kind of rule that EC2 can hold. */
async function everyKindOfRule() {
  const peers = [
    { kind: 'cidr4', cidr: '0.0.0.0/0' },
    { kind: 'cidr6', cidr: '::/0' },
    { kind: 'cidr4', cidr: '192.0.2.0/24' },
    { kind: 'cidr6', cidr: '2001:db8:7::/48' },
    { kind: 'group', groupId: groupNamed('world') },
    { kind: 'group', groupId: 'sg-0123456789abcdef0' },
    { kind: 'prefix-list', prefixListId: 'pl-0a' },
  ] as const;
  const permissions = [
    ['-1', -1, -1],
    ['tcp', 0, 65535],
    ['udp', 53, 53],
    ['icmp', -1, -1],
    ['icmp', 8, -1],
    ['icmp', 3, 4],
    ['icmpv6', 128, 0],
    ['icmpv6', -1, -1],
    ['50', -1, -1],
  ] as const;
  const groupId = groupNamed('world');
  const rules = [true, false].flatMap((egress) =>
    peers.flatMap((peer) =>
      permissions.map(([protocol, fromPort, toPort]) => ({
        groupId,
        egress,
        protocol,
        fromPort,
        toPort,
        peer,
      })),
    ),
  );
  const present = state.describe();
  await network.enforce(ruleset({ ...present, rules: [...present.rules, ...rules] }));
  const open = await connect(network, 'c1', { address: n2![4], port: 9000 });
  await enforce();
  return { rules: rules.length, open };
}

const observations = {
  reloads: await reloads(),
  brokenReload: await brokenReload(),
  throughTheApi: await throughTheApi(),
  everyKindOfRule: await everyKindOfRule(),
};
await network.close();
process.stdout.write(JSON.stringify(observations));
