import { setTimeout as pause } from 'node:timers/promises';
import { usualPorts } from '../../../../core/aerospike.ts';
import { watchBystanders } from '../../../../lab/bystanders.ts';
import { startNodes, startOthers } from '../../../../lab/machines.ts';
import { ruleset } from '../../../../lab/vpc/enforcement.ts';
import { createNetwork } from '../../../../lab/vpc/network.ts';
import { buildWorld } from '../../../../lab/vpc/world.ts';

/** Watchers of a monitor's flows while nothing happens, and while its host is cut from n1 for a while. */

const { hosts, inventory } = buildWorld({
  cluster: 'orders',
  nodes: 2,
  clients: 0,
  layout: 'bystander',
});
const network = await createNetwork(hosts);
await network.enforce(ruleset(inventory));
await startNodes(hosts, network, { clusterName: 'orders', ports: usualPorts, asd: undefined });
await startOthers(hosts, network, usualPorts);

const calm = await watchBystanders(hosts, network, usualPorts);
await pause(2_500);
const untouched = await calm.end();

const watch = await watchBystanders(hosts, network, usualPorts);
await pause(1_200);
const rule = ['INPUT', '-s', hosts[0]!.address, '-j', 'DROP'];
await network.run('monitor', ['iptables', '-I', ...rule]);
await pause(3_000);
await network.run('monitor', ['iptables', '-D', ...rule]);
const harmed = await watch.end();

const none = await watchBystanders(
  hosts.filter(({ role }) => role === 'node'),
  network,
  usualPorts,
);
const nobody = await none.end();
await network.close();
process.stdout.write(`${JSON.stringify({ untouched, harmed, nobody })}\n`);
