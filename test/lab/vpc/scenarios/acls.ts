import {
  CreateNetworkAclCommand,
  CreateNetworkAclEntryCommand,
  EC2Client,
  ReplaceNetworkAclAssociationCommand,
} from '@aws-sdk/client-ec2';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { startEc2 } from '../../../../lab/cloud/ec2/server.ts';
import type { AclEntry } from '../../../../lab/cloud/ec2/model.ts';
import { CLOUD_ADDRESS, CLOUD_ADDRESS6 } from '../../../../lab/vpc/cloud-address.ts';
import { ruleset } from '../../../../lab/vpc/enforcement.ts';
import { both, connectAll, enforce, n1, n2, network, state } from './groups-bench.ts';
import { connect, startFlow } from './traffic.ts';

/** c1 is in the subnet of n1, c2 in that of n2; ACLs are made and swapped by the API. */

const endpoint = await startEc2(state, { host: CLOUD_ADDRESS, port: 0, onChange: enforce });
const client = new EC2Client({
  endpoint: endpoint.url,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'lab', secretAccessKey: 'lab' },
});
const subnetOf = (address: string) =>
  [...state.interfaces.values()].find((one) => one.address === address)!.subnetId;
const near = subnetOf(n1![4]);
const far = subnetOf(n2![4]);
const VpcId = [...state.vpcs.keys()][0]!;

const allowAll = [
  '100 in allow all 0.0.0.0/0',
  '101 in allow all ::/0',
  '100 out allow all 0.0.0.0/0',
  '101 out allow all ::/0',
];

/** `<number> in|out allow|deny all|<port>[-<port>] <cidr>`; ports are TCP. */
function entryOf(text: string) {
  const [number, direction, action, ports = '', cidr = ''] = text.split(' ');
  const [From, To = From] = ports.split('-').map(Number);
  return {
    RuleNumber: Number(number),
    Egress: direction === 'out',
    RuleAction: action === 'allow' ? ('allow' as const) : ('deny' as const),
    Protocol: ports === 'all' ? '-1' : '6',
    ...(ports === 'all' ? {} : { PortRange: { From: From!, To: To! } }),
    ...(cidr.includes(':') ? { Ipv6CidrBlock: cidr } : { CidrBlock: cidr }),
  };
}

async function makeAcl(entries: readonly string[]): Promise<string> {
  const { NetworkAcl } = await client.send(new CreateNetworkAclCommand({ VpcId }));
  const NetworkAclId = NetworkAcl!.NetworkAclId!;
  for (const text of entries) {
    await client.send(new CreateNetworkAclEntryCommand({ NetworkAclId, ...entryOf(text) }));
  }
  return NetworkAclId;
}

async function swap(subnetId: string, NetworkAclId: string): Promise<number> {
  const AssociationId = state.associationId(subnetId);
  const began = performance.now();
  await client.send(new ReplaceNetworkAclAssociationCommand({ AssociationId, NetworkAclId }));
  return performance.now() - began;
}

/** Look while a subnet has an ACL with these entries. */
async function withAcl<Seen>(
  subnetId: string,
  entries: readonly string[],
  look: () => Promise<Seen>,
): Promise<Seen & { tookMs: number }> {
  const original = state.subnets.get(subnetId)!.aclId!;
  const acl = await makeAcl(entries);
  const tookMs = await swap(subnetId, acl);
  const seen = await look();
  await swap(subnetId, original);
  return { ...seen, tookMs };
}

async function establishedFlow(family: 4 | 6) {
  const to = { address: n1![family], port: 3000 };
  const across = await startFlow(network, 'c2', to);
  const within = await startFlow(network, 'c1', to);
  const before = { across: await across.echoes(), within: await within.echoes() };
  const deny = ['10 in deny 3000 10.0.0.0/16', '11 in deny 3000 2001:db8::/56', ...allowAll];
  const { tookMs, ...during } = await withAcl(near, deny, async () => ({
    across: { established: await across.echoes(), fresh: await connect(network, 'c2', to) },
    within: await both(within, to),
    otherPort: await connect(network, 'c2', { ...to, port: 3003 }),
  }));
  const after = {
    across: { established: await across.echoes(8000), fresh: await connect(network, 'c2', to) },
    within: await within.echoes(),
  };
  across.end();
  within.end();
  return { tookMs, before, during, after };
}

const fromFar = () =>
  connectAll({
    c2: ['c2', n1![4], 3000],
    c2over6: ['c2', n1![6], 3000],
    c1: ['c1', n1![4], 3000],
  });

/** Denied where the client's subnet is left, by destination and destination port. */
const egress = () =>
  withAcl(far, ['10 out deny 3000 10.0.1.0/24', ...allowAll], async () => ({
    ...(await fromFar()),
    otherPort: await connect(network, 'c2', { address: n1![4], port: 3001 }),
  }));

/** Answers are packets of their own: without a way out for them nothing is established. */
const statelessly = async () => ({
  withoutWayBack: await withAcl(near, ['100 in allow 3000 10.0.2.0/24'], fromFar),
  withWayBack: await withAcl(
    near,
    ['100 in allow 3000 10.0.2.0/24', '100 out allow 1024-65535 10.0.2.0/24'],
    fromFar,
  ),
});

const lowestDecides = async () => ({
  allowFirst: await withAcl(
    near,
    ['20 in deny all 10.0.2.0/24', '10 in allow 3000 10.0.2.102/32', ...allowAll],
    fromFar,
  ),
  denyFirst: await withAcl(
    near,
    ['20 in allow all 10.0.2.0/24', '10 in deny 3000 10.0.2.102/32', ...allowAll],
    fromFar,
  ),
});

const waysToCloud = () =>
  connectAll({
    n1: ['n1', CLOUD_ADDRESS, 8080],
    n1over6: ['n1', CLOUD_ADDRESS6, 8080],
    n2: ['n2', CLOUD_ADDRESS, 8080],
  });

async function cloud() {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined).pipe(socket);
  });
  server.listen(8080, '::');
  await once(server, 'listening');
  const flow = await startFlow(network, 'n1', { address: CLOUD_ADDRESS, port: 8080 });
  const seen = {
    open: await waysToCloud(),
    port: await withAcl(near, ['10 out deny 8080 10.255.0.1/32', ...allowAll], async () => ({
      ...(await waysToCloud()),
      established: await flow.echoes(),
    })),
    noEntries: await withAcl(near, [], async () => ({
      ...(await waysToCloud()),
      within: await connect(network, 'c1', { address: n1![4], port: 3000 }),
    })),
  };
  flow.end();
  server.close();
  for (const socket of sockets) socket.destroy(); // Their ends may have gone unheard behind an ACL.
  return seen;
}

/** What groups keep out stays out, whatever the ACL allows. */
const groupsStillDecide = () =>
  withAcl(near, allowAll, () =>
    connectAll({ byGroup: ['n2', n1![4], 3003], open: ['n2', n1![4], 3001] }),
  );

/** nft takes every kind of entry that EC2 can hold. */
async function everyKindOfEntry() {
  const kinds: Pick<AclEntry, 'protocol' | 'ports' | 'icmp'>[] = [
    { protocol: '-1' },
    { protocol: '6', ports: [0, 65_535] },
    { protocol: '6', ports: [80, 80] },
    { protocol: '17', ports: [53, 54] },
    { protocol: '1', icmp: [-1, -1] },
    { protocol: '1', icmp: [8, -1] },
    { protocol: '1', icmp: [3, 4] },
    { protocol: '58', icmp: [-1, -1] },
    { protocol: '58', icmp: [128, 0] },
    { protocol: '50' },
    { protocol: '0' },
  ];
  const entries = ['0.0.0.0/0', '10.0.0.0/8', '::/0', '2001:db8:7::/48'].flatMap((cidr) =>
    kinds.flatMap((kind, index) =>
      [false, true].map((out, place): AclEntry => {
        const action = (index + place) % 2 === 0 ? 'allow' : 'deny';
        return { number: 10 + index, egress: out, action, cidr, ...kind };
      }),
    ),
  );
  const present = state.describe();
  const networkAcls = present.networkAcls.map((acl) => ({ ...acl, entries }));
  await network.enforce(ruleset({ ...present, networkAcls }));
  await enforce();
  return entries.length;
}

const observations = {
  established4: await establishedFlow(4),
  established6: await establishedFlow(6),
  egress: await egress(),
  statelessly: await statelessly(),
  lowestDecides: await lowestDecides(),
  cloud: await cloud(),
  groupsStillDecide: await groupsStillDecide(),
  everyKindOfEntry: await everyKindOfEntry(),
};
client.destroy();
await endpoint.close();
await network.close();
process.stdout.write(JSON.stringify(observations));
