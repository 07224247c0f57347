import {
  AuthorizeSecurityGroupIngressCommand,
  CreateManagedPrefixListCommand,
  CreateSecurityGroupCommand,
  EC2Client,
  ModifyNetworkInterfaceAttributeCommand,
} from '@aws-sdk/client-ec2';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEc2 } from '../../../../lab/cloud/ec2/server.ts';
import { CLOUD_ADDRESS } from '../../../../lab/vpc/cloud-address.ts';
import { ruleset } from '../../../../lab/vpc/enforcement.ts';
import { both, c2, connectAll, groupNamed, n1, network, state } from './groups-bench.ts';
import { connect, startFlow } from './traffic.ts';

/** Groups made by the API and put on interfaces by it, at once and after a delay. */

const endpoint = await startEc2(state, {
  host: CLOUD_ADDRESS,
  port: 0,
  onChange: (inventory) => network.enforce(ruleset(inventory)),
});
const client = new EC2Client({
  endpoint: endpoint.url,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'lab', secretAccessKey: 'lab' },
});
const VpcId = [...state.vpcs.keys()][0]!;
const to = { address: n1![4], port: 3000 };

async function makeGroup(GroupName: string): Promise<string> {
  const command = { GroupName, Description: 'made by the API', VpcId };
  return (await client.send(new CreateSecurityGroupCommand(command))).GroupId!;
}

const interfaceOf = (wanted: string) =>
  [...state.interfaces.values()].find(({ address }) => address === wanted)!;

async function setGroups(address: string, ...Groups: string[]): Promise<number> {
  const { id: NetworkInterfaceId } = interfaceOf(address);
  const began = performance.now();
  await client.send(new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, Groups }));
  return performance.now() - began;
}

/** A flow whose node loses every group that admits it, for an empty one. */
async function swapped() {
  const empty = await makeGroup('empty');
  const groups = interfaceOf(n1![4]).groupIds;
  const flow = await startFlow(network, 'c1', to);
  const before = await flow.echoes();
  const tookMs = await setGroups(n1![4], empty);
  const during = await both(flow, to);
  await setGroups(n1![4], ...groups);
  const after = await both(flow, to);
  flow.end();
  return { tookMs, before, during, after };
}

const ways = () =>
  connectAll({ c1: ['c1', n1![4], 3000], c2: ['c2', n1![4], 3000], out: ['c2', n1![4], 22] });

/** c2 leaves the group that the nodes' rule names, so that the rule no longer means it. */
async function leftReference() {
  const empty = await makeGroup('elsewhere');
  const all = { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
  const groups = interfaceOf(c2![4]).groupIds;
  await setGroups(c2![4], empty);
  const away = await ways();
  await client.send(
    new AuthorizeSecurityGroupIngressCommand({ GroupId: empty, IpPermissions: [all] }),
  );
  await setGroups(c2![4], ...groups);
  return { away, back: await ways() };
}

/** A list made by the API, in a rule of a group that only n1 carries beside its own. */
async function prefixList() {
  const { PrefixList } = await client.send(
    new CreateManagedPrefixListCommand({
      PrefixListName: 'c2',
      AddressFamily: 'IPv4',
      MaxEntries: 3,
      Entries: [{ Cidr: '10.0.2.102/32' }, { Cidr: '198.51.100.0/24' }],
    }),
  );
  const extra = await makeGroup('listed');
  const PrefixListIds = [{ PrefixListId: PrefixList!.PrefixListId! }];
  const rule = { IpProtocol: 'tcp', FromPort: 3000, ToPort: 3000, PrefixListIds };
  await client.send(
    new AuthorizeSecurityGroupIngressCommand({ GroupId: extra, IpPermissions: [rule] }),
  );
  await setGroups(n1![4], extra);
  const seen = await connectAll({ listed: ['c2', n1![4], 3000], unlisted: ['c1', n1![4], 3000] });
  await setGroups(n1![4], groupNamed('aerospike-nodes'));
  return seen;
}

/** The change is described at once and felt only after the delay. */
async function delayed() {
  const empty = await makeGroup('late');
  endpoint.propagationMs = 2000;
  const answeredMs = await setGroups(n1![4], empty);
  const soon = await connect(network, 'c1', to);
  const described = interfaceOf(n1![4]).groupIds.includes(empty);
  await sleep(2500);
  const late = await connect(network, 'c1', to);
  endpoint.propagationMs = 0;
  await setGroups(n1![4], groupNamed('aerospike-nodes'));
  return { answeredMs, described, soon, late, back: await connect(network, 'c1', to) };
}

const observations = {
  swapped: await swapped(),
  leftReference: await leftReference(),
  prefixList: await prefixList(),
  delayed: await delayed(),
};
client.destroy();
await endpoint.close();
await network.close();
process.stdout.write(JSON.stringify(observations));
