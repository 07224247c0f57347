import { once } from 'node:events';
import { createServer } from 'node:net';
import { CLOUD_ADDRESS, CLOUD_ADDRESS6 } from '../../../../lab/vpc/cloud-address.ts';
import { runCommand } from '../../../../lab/vpc/command.ts';
import {
  both,
  c2,
  connectAll,
  groupNamed,
  n1,
  n2,
  network,
  without,
  withRule,
} from './groups-bench.ts';
import { startFlow } from './traffic.ts';

async function tracked(family: 4 | 6) {
  const to = { address: n1![family], port: 3000 };
  const flow = await startFlow(network, 'c1', to);
  const before = await flow.echoes();
  const during = await without(
    ({ description }) => description === 'clients',
    () => both(flow, to),
  );
  const after = await both(flow, to);
  flow.end();
  return { before, during, after };
}

async function untracked(family: 4 | 6) {
  const to = { address: n2![family], port: 9000 };
  const flow = await startFlow(network, 'c1', to);
  const before = await flow.echoes();
  const during = await without(
    ({ fromPort }) => fromPort === 9000,
    () => both(flow, to),
  );
  const after = await both(flow, to, 3000);
  flow.end();
  return { before, during, after };
}

/** As untracked, but with egress narrowed before the flow begins: then it is tracked. */
async function worldOneWay() {
  const to = { address: n2![4], port: 9000 };
  const nodes = groupNamed('aerospike-nodes');
  return without(
    ({ groupId, egress, peer }) => groupId === nodes && egress && peer.kind === 'cidr4',
    async () => {
      const flow = await startFlow(network, 'c1', to);
      const before = await flow.echoes();
      const during = await without(
        ({ fromPort }) => fromPort === 9000,
        () => flow.echoes(),
      );
      flow.end();
      return { before, during };
    },
  );
}

const outwards = () =>
  connectAll({
    toNode: ['c1', n1![4], 3000],
    toCloud: ['c1', CLOUD_ADDRESS, 8080],
    toCloud6: ['c1', CLOUD_ADDRESS6, 8080],
    nodeToCloud: ['n1', CLOUD_ADDRESS, 8080],
  });

async function egressGate() {
  const clients = groupNamed('aerospike-clients');
  const cloud = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
  cloud.listen(8080, '::');
  await once(cloud, 'listening');
  const flow = await startFlow(network, 'c1', { address: n1![4], port: 3000 });
  const open = await outwards();
  const closed = await without(
    ({ groupId, egress }) => groupId === clients && egress,
    async () => ({ ...(await outwards()), established: await flow.echoes() }),
  );
  flow.end();
  cloud.close();
  return { open, closed };
}

const ingressGate = () =>
  connectAll({
    peer: ['n2', n1![4], 3001],
    peer6: ['n2', n1![6], 3001],
    peerOutsideItsPorts: ['n2', n1![4], 3003],
    clientByTheWiderRule: ['c1', n1![4], 3003],
    ssh: ['c1', n1![4], 22],
    towardsClient: ['n1', c2![4], 3000],
    noRuleAtAll: ['c1', n2![4], 9001],
    unknownAddress: ['c1', '10.0.1.99', 3000],
  });

/** From the cloud, which is outside the VPC: the ssh rule for 10.0.0.0/16 does not cover it, a world rule does. */
async function fromCloud() {
  return { ssh: await fromHere(n1![4], 22), world: await fromHere(n2![4], 9000) };
}

async function fromHere(address: string, port: number): Promise<number> {
  const script = `exec 3<>/dev/tcp/${address}/${port}`;
  return (await runCommand(['timeout', '2', 'bash', '--norc', '-c', script])).code;
}

async function union() {
  const peer = { kind: 'cidr4', cidr: '10.0.0.0/16' } as const;
  const rule = {
    groupId: groupNamed('aerospike-nodes'),
    egress: false,
    protocol: 'tcp',
    fromPort: 3000,
    toPort: 3000,
    peer,
  };
  return withRule(rule, () =>
    without(
      ({ description }) => description === 'clients',
      () => connectAll({ covered: ['c1', n1![4], 3000], uncovered: ['c1', n1![4], 3001] }),
    ),
  );
}

async function prefixList() {
  const peer = { kind: 'prefix-list', prefixListId: 'pl-0a' } as const;
  const rule = {
    groupId: groupNamed('world'),
    egress: false,
    protocol: 'tcp',
    fromPort: 9000,
    toPort: 9000,
    peer,
  };
  return withRule(rule, () =>
    without(
      (one) => one.fromPort === 9000 && one.peer.kind !== 'prefix-list',
      () => connectAll({ listed: ['c2', n2![4], 9000], unlisted: ['c1', n2![4], 9000] }),
    ),
  );
}

const observations = {
  ingressGate: await ingressGate(),
  tracked4: await tracked(4),
  tracked6: await tracked(6),
  untracked4: await untracked(4),
  untracked6: await untracked(6),
  worldOneWay: await worldOneWay(),
  egressGate: await egressGate(),
  fromCloud: await fromCloud(),
  union: await union(),
  prefixList: await prefixList(),
};
await network.close();
process.stdout.write(JSON.stringify(observations));
